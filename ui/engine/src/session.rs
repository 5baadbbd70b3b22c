//! The engine's side of the conversation, without a browser: texts in, texts out.

use crate::protocol::{Answer, Ask, Reply, Request};

/// One engine, from its start to its end.
#[derive(Debug, Default)]
pub struct Session {}

impl Session {
    /// Answers one message of the page. `say` sends a text to the page, and may be called any number of times.
    pub fn hear(&mut self, text: &str, say: &mut dyn FnMut(String)) {
        let reply = match serde_json::from_str::<Request>(text) {
            Ok(request) => Reply { id: request.id, answer: self.answer(&request.ask) },
            Err(error) => Reply { id: 0, answer: Answer::Refused { why: error.to_string() } },
        };
        say(encode(&reply));
    }

    fn answer(&mut self, ask: &Ask) -> Answer {
        match ask {
            Ask::Hello => Answer::Hello { version: env!("CARGO_PKG_VERSION").to_owned() },
            _ => Answer::Refused { why: "this engine holds no designs yet".to_owned() },
        }
    }
}

/// The text of a reply, as the page reads it.
pub fn encode(reply: &Reply) -> String {
    serde_json::to_string(reply)
        .unwrap_or_else(|error| format!(r#"{{"id":0,"answer":{{"refused":{{"why":"{error}"}}}}}}"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(text: &str) -> Vec<Reply> {
        let mut said = Vec::new();
        Session::default().hear(text, &mut |text| said.push(serde_json::from_str(&text).expect("a reply")));
        said
    }

    #[test]
    fn a_question_is_answered_under_its_own_number() {
        let replies = hear(r#"{"id":7,"ask":"hello"}"#);
        assert_eq!(replies.len(), 1);
        assert_eq!(replies[0].id, 7);
        assert!(matches!(replies[0].answer, Answer::Hello { .. }));
    }

    #[test]
    fn what_cannot_be_read_is_refused_in_words() {
        let replies = hear("{");
        assert!(matches!(&replies[0].answer, Answer::Refused { why } if why.contains("line 1")), "{replies:?}");
    }
}
