//! What a host app knows of one incoming message. Goes into [`crate::ScamFilter::check`].
//!
//! Text and sender live in [`Text`], whose `Debug` shows a length only, so that no log can leak them.

use core::fmt;

/// Text of a message or name of a sender. `Debug` shows its length in bytes, never its content.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// The content.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(value: T) -> Self {
        Self(value.into())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

/// How a message arrived. Numbers are append-only and cross the FFI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Channel {
    /// A text message.
    #[default]
    Sms = 0,
    /// The text parts of a multimedia message.
    Mms = 1,
    /// A Rich Communication Services message.
    Rcs = 2,
    /// The text of another app's notification.
    Notification = 3,
}

impl Channel {
    /// All channels with the name that JSON and the command line use.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Sms, "sms"), (Self::Mms, "mms"), (Self::Rcs, "rcs"), (Self::Notification, "notification")];

    /// The channel called `name` in JSON.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(c, _)| *c)
    }

    /// The channel with this FFI number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().find(|(c, _)| *c as u8 == number).map(|(c, _)| *c)
    }
}

/// One message as the host app received it. Only `text` is needed; each further field makes the verdict better.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The whole text, all parts joined.
    pub text: Text,
    /// Sender ID or number as shown by the network, if known.
    pub sender: Option<Text>,
    /// How it arrived.
    pub channel: Channel,
    /// When it arrived, in milliseconds since 1970-01-01 UTC. Policies with a date in force need it.
    pub received_at: Option<i64>,
    /// Whether the sender is in the user's contacts, if the app may know.
    pub sender_is_contact: Option<bool>,
    /// ISO 3166-1 alpha-2 country of the SIM; gates country policies.
    pub sim_country: Option<String>,
    /// The system hid part of the text (one-time codes in notifications): the verdict is never `clear`.
    pub redacted: bool,
    /// Whether the user has written to this sender before, if the app may know.
    pub has_replied: Option<bool>,
    /// BCP 47 tag of the user's language; used for sentences only, never for detection.
    pub locale: Option<String>,
}

impl Message {
    /// A text message from an unknown sender.
    #[must_use]
    pub fn sms(text: impl Into<String>) -> Self {
        Self { text: Text(text.into()), ..Self::default() }
    }

    /// The same message with a sender.
    #[must_use]
    pub fn from_sender(mut self, sender: impl Into<String>) -> Self {
        self.sender = Some(Text(sender.into()));
        self
    }
}
