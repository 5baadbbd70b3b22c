//! The worker: the browser's message events on one side, the [`cowscope_engine::session`] on the other.

#[cfg(target_arch = "wasm32")]
mod worker {
    use cowscope_engine::protocol::{Answer, Reply};
    use cowscope_engine::session::Session;
    use cowscope_engine::wire::encode;
    use wasm_bindgen::prelude::*;
    use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

    /// Listens, and tells the page so.
    pub fn listen() {
        std::panic::set_hook(Box::new(|info| say(&encode(&told(Answer::Panicked { message: info.to_string() })))));
        let mut session = Session::default();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let message = js_sys::Uint8Array::new(&event.data()).to_vec();
            session.hear(&message, &js_sys::Date::now, &mut |bytes| say(&bytes));
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

    fn say(message: &[u8]) {
        // Posting bytes fails only when the page is gone, and then nobody misses them.
        let _ = scope().post_message(&js_sys::Uint8Array::from(message));
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::listen();
}
