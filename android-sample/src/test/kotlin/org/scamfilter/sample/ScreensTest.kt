package org.scamfilter.sample

import android.Manifest
import android.app.NotificationManager
import android.content.Intent
import android.view.View
import android.widget.EditText
import java.io.ByteArrayInputStream
import java.io.File
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowAlertDialog
import org.scamfilter.Level
import org.scamfilter.Message
import org.scamfilter.android.PackStore

/** Inbox, packs, self-test and settings as a tester uses them. */
class ScreensTest : PhoneTest() {
    private val notifications get() = shadowOf(app.getSystemService(NotificationManager::class.java)!!)

    @Test
    fun `the inbox shows what came in, opens it, and notifies by level`() {
        shadowOf(app).grantPermissions(Manifest.permission.RECEIVE_SMS, Manifest.permission.POST_NOTIFICATIONS)
        app.sendBroadcast(Sms.received("66812345678", Given.SCAM))
        app.sendBroadcast(Sms.received("66899999999", Given.WANTED))
        eventually { app.inbox.newest().size == 2 }
        val told = notifications.allNotifications.single()
        assertEquals("Scam", shadowOf(told).contentTitle.toString())
        assertFalse("no text on a lock screen", Given.leaks("${shadowOf(told).contentText} ${told.extras}"))
        Robolectric.buildActivity(InboxActivity::class.java).use { screen ->
            val activity = screen.setup().get()
            val items = activity.view<android.view.ViewGroup>(R.id.items)
            eventually { Given.SCAM in items.texts() }
            assertEquals("Nothing suspicious found", items.texts().first())
            items.getChildAt(1).performClick()
            val open = shadowOf(activity).nextStartedActivity
            assertEquals("+66812345678", open.getStringExtra(CheckActivity.SENDER))
            assertEquals(Given.SCAM, open.getStringExtra(Intent.EXTRA_TEXT))
            activity.press("Empty the inbox")
            eventually { items.texts().singleOrNull().orEmpty().startsWith("Nothing received yet") }
        }
    }

    @Test
    fun `a level that is set to the inbox only does not notify`() {
        app.settings.setAlert(Level.SCAM, Alert.NONE)
        app.sendBroadcast(Sms.received("66812345678", Given.SCAM))
        eventually { app.inbox.newest().size == 1 }
        assertTrue(notifications.allNotifications.isEmpty())
    }

    @Test
    fun `a permission that is taken away while the inbox is open is said`() {
        val both = arrayOf(Manifest.permission.RECEIVE_SMS, Manifest.permission.POST_NOTIFICATIONS)
        shadowOf(app).grantPermissions(*both)
        Robolectric.buildActivity(InboxActivity::class.java).use { screen ->
            val activity = screen.setup().get()
            val actions = activity.view<View>(R.id.actions)
            assertTrue(actions.texts().isEmpty())
            screen.pause()
            shadowOf(app).denyPermissions(*both)
            screen.resume()
            assertTrue(actions.texts().first().startsWith("Received messages are not judged"))
            app.sendBroadcast(Sms.received("66812345678", Given.SCAM))
            eventually { app.inbox.newest().size == 1 }
        }
    }

    @Test
    fun `data that was cleared leaves an empty app that works`() {
        app.receive(Message(Given.SCAM), Incoming.SMS)
        app.settings.country = "PH"
        app.inbox.close()
        listOf(app.dataDir, app.createDeviceProtectedStorageContext().dataDir).forEach { it.listFiles()?.forEach(File::deleteRecursively) }
        assertEquals("what runs goes on", Level.SCAM, app.filter.check(Message(Given.SCAM)).level)
        app.noBackupFilesDir.mkdirs()
        val fresh = Inbox(app)
        assertTrue(fresh.newest().isEmpty())
        fresh.add(Message(Given.SCAM), app.filter.check(Message(Given.SCAM)), Incoming.SMS)
        assertEquals(1, fresh.newest().size)
        fresh.close()
    }

    @Test
    fun `packs are listed, a JPEG is refused in words, a pack from a file is unverified and goes again`() {
        Robolectric.buildActivity(PacksActivity::class.java).use { screen ->
            val activity = screen.setup().get()
            fun lines(id: Int) = activity.view<View>(id).texts()
            eventually { lines(R.id.items).count { "by scamfilter" in it } == 12 }
            assertTrue(lines(R.id.items).any { "Thailand" in it })
            activity.load { ByteArrayInputStream(byteArrayOf(-1, -40, -1, -32)) }
            eventually { lines(R.id.actions).any { it.startsWith("Not loaded") } }
            activity.load { ByteArrayInputStream(pack("th")) }
            eventually { lines(R.id.items).any { it.startsWith("Unverified") } }
            activity.load { ByteArrayInputStream(pack("th")) }
            eventually { "Back to the release before" in lines(R.id.items) }
            assertTrue("taken back behind the screen", PackStore(app).rollBack("th"))
            activity.press("Back to the release before")
            eventually { lines(R.id.actions).any { it.startsWith("Not taken back") } && "Back to the release before" !in lines(R.id.items) }
            activity.load { ByteArrayInputStream(pack("th")) }
            eventually { "Back to the release before" in lines(R.id.items) }
            activity.press("Back to the release before")
            eventually { "Back to the release before" !in lines(R.id.items) }
            activity.press("Remove")
            eventually { lines(R.id.items).none { it.startsWith("Unverified") } }
        }
    }

    @Test
    fun `the self-test gets every conformance case right and measures`() {
        Robolectric.buildActivity(SelfTestActivity::class.java).use { screen ->
            val activity = screen.setup().get()
            val cases = JSONObject(app.assets.open("conformance.json").readBytes().toString(Charsets.UTF_8)).getJSONArray("cases").length()
            activity.press("Run the self-test")
            eventually { activity.view<View>(R.id.actions).texts().any { "of $cases cases right" in it } }
            val said = activity.view<View>(R.id.actions).texts()
            assertTrue(said.toString(), "$cases of $cases cases right" in said && said.any { it.startsWith("A message takes 0.") })
            val turned = screen.recreate().get()
            eventually { "$cases of $cases cases right" in turned.view<View>(R.id.actions).texts() }
        }
    }

    @Test
    fun `settings choose the country, what happens at a level, and the packs`() {
        Robolectric.buildActivity(SettingsActivity::class.java).use { screen ->
            val activity = screen.setup().get()
            fun lines() = activity.view<View>(R.id.items).texts()
            eventually { "Thailand" in lines() }
            activity.press("Thailand")
            val countries = shadowOf(ShadowAlertDialog.getLatestAlertDialog()).items.map { it.toString() }
            choose(countries.indexOf("Philippines"))
            eventually { "Philippines" in lines() && app.settings.country == "PH" }
            activity.press("Unwanted message")
            choose(Alert.NONE.ordinal)
            eventually { lines().any { it == "Unwanted message\nInbox only" } }
            activity.press("Vietnam")
            eventually { app.filter.packs.none { it.pack == "vn" } && "vn" in lines() }
            activity.press("vn")
            eventually { app.filter.packs.any { it.pack == "vn" } }
        }
    }

    @Test
    fun `my lists take senders and domains and give them up again`() {
        Robolectric.buildActivity(SettingsActivity::class.java).use { screen ->
            val activity = screen.setup().get()
            fun lines() = activity.view<View>(R.id.items).texts()
            eventually { "Add to my lists" in lines() }
            for ((kind, value) in listOf(3 to "evil.example", 0 to "Mum")) {
                activity.press("Add to my lists")
                choose(kind)
                ShadowAlertDialog.getLatestAlertDialog().findViewById<EditText>(android.R.id.edit)!!.setText(value)
                agree()
                eventually { lines().any { value in it } }
            }
            assertEquals(Level.SCAM, app.filter.check(Message("look at http://evil.example/x")).level)
            assertEquals(Level.CLEAR, app.filter.check(Message(Given.SCAM, "Mum")).level)
            activity.press("Remove")
            eventually { "Block domain evil.example" !in lines() && app.filter.overlay.size == 1 }
            assertNull(app.settings.lists.firstOrNull { it.value == "evil.example" })
        }
    }
}
