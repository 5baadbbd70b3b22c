//! The worker: the browser's message events on one side, the [`cowscope_engine::session`] on the other.

#[cfg(target_arch = "wasm32")]
mod worker {
    use cowscope_engine::protocol::{Answer, Reply};
    use cowscope_engine::session::{Session, encode};
    use wasm_bindgen::prelude::*;
    use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

    /// Listens, and tells the page so.
    pub fn listen() {
        std::panic::set_hook(Box::new(|info| say(&encode(&told(Answer::Panicked { message: info.to_string() })))));
        let mut session = Session::default();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            session.hear(&text, &js_sys::Date::now, &mut |text| say(&text));
        });
        scope().set_onmessage(Some(hear.as_ref().unchecked_ref()));
        hear.forget(); // lives as long as the worker
        say(&encode(&told(Answer::Ready)));
    }

    fn told(answer: Answer) -> Reply {
        Reply { id: 0, answer }
    }

    fn scope() -> DedicatedWorkerGlobalScope {
        js_sys::global().unchecked_into()
    }

    fn say(text: &str) {
        // Posting a string fails only when the page is gone, and then nobody misses it.
        let _ = scope().post_message(&JsValue::from_str(text));
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::listen();
}
