import java.util.Properties

plugins {
    alias(libs.plugins.android)
    alias(libs.plugins.kotlin)
}

// Both builds read this file: see README.md.
val app = Properties().apply { file("app.properties").inputStream().use(::load) }

// The cases of the self-test are those of the library, not a copy.
val conformance by tasks.registering(Copy::class) {
    from("../tests/conformance/starter.json")
    rename { "conformance.json" }
    into(layout.buildDirectory.dir("conformance"))
}

android {
    namespace = app.getProperty("applicationId")
    compileSdk = app.getProperty("compileSdk").toInt()
    defaultConfig {
        applicationId = app.getProperty("applicationId")
        minSdk = app.getProperty("minSdk").toInt()
        targetSdk = app.getProperty("targetSdk").toInt()
        versionCode = app.getProperty("versionCode").toInt()
        versionName = app.getProperty("versionName")
        ndk { abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64") }
    }
    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
            // A key of the machine: whoever publishes the app brings their own.
            signingConfig = signingConfigs.getByName("debug")
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }
    sourceSets["main"].assets.srcDir(layout.buildDirectory.dir("conformance"))
    lint {
        abortOnError = true
        warningsAsErrors = false
    }
}

kotlin { compilerOptions { jvmTarget.set(org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_1_8) } }

tasks.named("preBuild") { dependsOn(conformance) }

dependencies { implementation(libs.scamfilter) }
