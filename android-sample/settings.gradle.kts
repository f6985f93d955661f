pluginManagement { repositories { google(); mavenCentral(); gradlePluginPortal() } }
dependencyResolutionManagement {
    repositoriesMode.set(RepositoriesMode.FAIL_ON_PROJECT_REPOS)
    // The AAR comes from the local repository until it is released: cargo xtask sample puts it there.
    repositories { mavenLocal { content { includeGroup("org.scamfilter") } }; google(); mavenCentral() }
}
rootProject.name = "scamfilter-sample"
