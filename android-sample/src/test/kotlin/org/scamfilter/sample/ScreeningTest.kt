package org.scamfilter.sample

import android.content.ComponentName
import android.content.Intent
import android.content.pm.PackageManager
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.os.Message
import android.os.Messenger
import java.util.Collections
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowBinder
import org.scamfilter.android.ScreeningService

/** The screening service, bound and asked as SpamBlocker and QUIK do it. */
class ScreeningTest : PhoneTest() {
    private val service = Robolectric.buildService(Screening::class.java).create()
    private val provider = Messenger(service.get().onBind(Intent(ScreeningService.ACTION)))

    private inner class Client(private val uid: Int) {
        val answers: MutableList<Bundle> = Collections.synchronizedList(ArrayList())
        private val messenger = Messenger(Handler(Looper.getMainLooper()) { m ->
            assertEquals(ScreeningService.RESULT, m.what)
            answers.add(Bundle(m.data))
        })

        fun ask(text: String?, what: Int = ScreeningService.REQUEST) {
            ShadowBinder.setCallingUid(uid)
            provider.send(Message.obtain(null, what).apply {
                data = Bundle().apply {
                    putString("number", "+66812345678")
                    text?.let { putString("smsContent", it) }
                    putInt("simSlot", 1)
                }
                replyTo = messenger
            })
        }
    }

    @Test
    fun `a client is answered as the convention says, and the user sees who asked`() {
        assertNull(service.get().onBind(Intent("other")))
        shadowOf(app.packageManager).setPackagesForUid(10_077, "spam.spf")
        val client = Client(10_077)
        client.ask(Given.SCAM)
        eventually { client.answers.size == 1 }
        assertTrue(client.answers[0].getBoolean("shouldBlock"))
        assertEquals("Scam", client.answers[0].getString("reason"))
        assertEquals("spam.spf", app.settings.lastAsked)
        client.ask(null)
        client.ask(Given.WANTED)
        eventually { client.answers.size == 3 }
        assertTrue(client.answers.drop(1).none { it.getBoolean("shouldBlock") })
    }

    @Test
    fun `a flood is answered, and takes no other client's place`() {
        val (flood, other) = Client(10_001) to Client(10_002)
        repeat(1_000) { flood.ask(Given.SCAM) }
        other.ask(Given.SCAM)
        eventually { flood.answers.size == 1_000 && other.answers.size == 1 }
        assertTrue("the other client gets the true answer", other.answers.single().getBoolean("shouldBlock"))
        assertTrue("the flood gets no work for all of it", flood.answers.any { !it.getBoolean("shouldBlock") })
        flood.answers.clear()
        flood.ask(Given.SCAM)
        eventually { flood.answers.size == 1 }
        assertTrue("and is served again afterwards", flood.answers.single().getBoolean("shouldBlock"))
    }

    @Test
    fun `requests without an address to answer to and other numbers do no harm`() {
        provider.send(Message.obtain(null, ScreeningService.REQUEST))
        val client = Client(10_003)
        client.ask(Given.SCAM, what = 9)
        client.ask(Given.WANTED)
        eventually { client.answers.size == 1 }
        assertFalse(client.answers.single().getBoolean("shouldBlock"))
    }

    @Test
    fun `it is off until the user turns it on`() {
        val component = ComponentName(app, Screening::class.java)
        // Robolectric turns on whatever service it builds.
        app.packageManager.setComponentEnabledSetting(component, PackageManager.COMPONENT_ENABLED_STATE_DEFAULT, PackageManager.DONT_KILL_APP)
        val declared = app.packageManager.getServiceInfo(component, PackageManager.MATCH_DISABLED_COMPONENTS)
        assertFalse(declared.enabled)
        assertEquals(ScreeningService.ACTION, app.packageManager.queryIntentServices(
            Intent(ScreeningService.ACTION), PackageManager.MATCH_DISABLED_COMPONENTS or PackageManager.GET_RESOLVED_FILTER,
        ).single().filter.getAction(0))
        Robolectric.buildActivity(SettingsActivity::class.java).use { screen ->
            val activity = screen.setup().get()
            eventually { "Answer other SMS apps that ask" in activity.view<android.view.View>(R.id.items).texts() }
            assertNotEquals(PackageManager.COMPONENT_ENABLED_STATE_ENABLED, app.packageManager.getComponentEnabledSetting(component))
            activity.press("Answer other SMS apps that ask")
        }
        assertEquals(PackageManager.COMPONENT_ENABLED_STATE_ENABLED, app.packageManager.getComponentEnabledSetting(component))
    }
}
