package org.scamfilter.sample

import android.content.ContentValues
import android.content.Context
import android.database.sqlite.SQLiteDatabase
import android.database.sqlite.SQLiteOpenHelper
import org.scamfilter.Level
import org.scamfilter.Message
import org.scamfilter.Verdict

/** How a message came in. */
enum class Incoming { SMS, NOTIFICATION }

/** A message with what it was judged. */
class Received(val id: Long, val at: Long, val sender: String?, val text: String, val level: Level, val via: Incoming)

/** Received messages in a database that only this app reads and no backup takes along. Reads and writes files. */
class Inbox(context: Context) : SQLiteOpenHelper(context, context.noBackupFilesDir.path + "/inbox.db", null, VERSION) {
    override fun onCreate(db: SQLiteDatabase) =
        db.execSQL("CREATE TABLE received (id INTEGER PRIMARY KEY, at INTEGER, sender TEXT, text TEXT, level TEXT, via TEXT)")

    override fun onUpgrade(db: SQLiteDatabase, oldVersion: Int, newVersion: Int) = Unit

    /** Keeps a message; the oldest go. */
    @Synchronized
    fun add(message: Message, verdict: Verdict, via: Incoming): Long {
        val row = ContentValues().apply {
            put("at", message.receivedAt ?: System.currentTimeMillis())
            put("sender", message.sender)
            put("text", message.text)
            put("level", verdict.level.name)
            put("via", via.name)
        }
        val id = writableDatabase.insert("received", null, row)
        writableDatabase.delete("received", "id <= ?", arrayOf((id - KEPT).toString()))
        return id
    }

    /** The newest first, by the order in which they came: the clock may have been set since. */
    @Synchronized
    fun newest(most: Int = SHOWN): List<Received> =
        readableDatabase.query("received", null, null, null, null, null, "id DESC", most.toString()).use { c ->
            generateSequence { if (c.moveToNext()) c else null }.map {
                Received(
                    it.getLong(0), it.getLong(1), it.getString(2), it.getString(3).orEmpty(),
                    Level.entries.firstOrNull { l -> l.name == it.getString(4) } ?: Level.UNKNOWN,
                    Incoming.entries.firstOrNull { v -> v.name == it.getString(5) } ?: Incoming.SMS,
                )
            }.toList()
        }

    @Synchronized
    fun clear() {
        writableDatabase.delete("received", null, null)
    }

    private companion object {
        const val VERSION = 1
        const val KEPT = 1_000
        const val SHOWN = 100
    }
}
