//! A worker that can be stopped at any moment and started again: the page's end of the line to the engine.
//!
//! A search keeps its worker busy, so it can't hear a "stop". It is terminated and a fresh one started instead.

use std::cell::RefCell;
use std::rc::Rc;

use cowscope_engine::protocol::{Answer, Reply, Request};
use cowscope_engine::wire;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// What happens to an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineEvent {
    /// It said something. [`Answer::Ready`] is among this, once per start.
    Said(Reply),
    /// It is gone, for the reason given, and will not answer; [`Engine::restart`] brings a new one.
    Died(String),
}

/// The engine in its worker. Dropping it stops the worker.
pub struct Engine {
    url: String,
    on_event: Rc<dyn Fn(EngineEvent)>,
    running: RefCell<Running>,
}

/// One life of the worker.
struct Running {
    worker: Worker,
    mailbox: Rc<RefCell<Mailbox>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

/// Messages posted before the engine listens would be lost, so they wait here.
#[derive(Default)]
struct Mailbox {
    ready: bool,
    waiting: Vec<Vec<u8>>,
}

impl Engine {
    /// Starts the module worker at `url` (relative to the page); `on_event` hears of everything that happens to it.
    ///
    /// # Errors
    /// What the browser says when it has no module workers, or the policy of the page forbids this one.
    pub fn start(url: &str, on_event: impl Fn(EngineEvent) + 'static) -> Result<Self, JsValue> {
        let on_event: Rc<dyn Fn(EngineEvent)> = Rc::new(on_event);
        let running = RefCell::new(Running::start(url, &on_event)?);
        Ok(Self { url: url.to_owned(), on_event, running })
    }

    /// Sends a question; it waits until the engine listens.
    pub fn ask(&self, request: &Request) {
        let message = wire::encode(request);
        let running = self.running.borrow();
        let mut mailbox = running.mailbox.borrow_mut();
        if mailbox.ready { running.post(&message) } else { mailbox.waiting.push(message) }
    }

    /// Ends the engine in the middle of whatever it does, and starts a fresh one. No event of the old one arrives
    /// after this; questions it had not answered are forgotten.
    ///
    /// # Errors
    /// As [`Engine::start`]; the old engine is gone all the same.
    pub fn restart(&self) -> Result<(), JsValue> {
        self.running.borrow().stop();
        let fresh = Running::start(&self.url, &self.on_event)?;
        self.running.replace(fresh);
        Ok(())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.running.borrow().stop();
    }
}

impl Running {
    fn start(url: &str, on_event: &Rc<dyn Fn(EngineEvent)>) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options)?;
        let mailbox = Rc::new(RefCell::new(Mailbox::default()));

        let on_message = {
            let (worker, mailbox, on_event) = (worker.clone(), mailbox.clone(), on_event.clone());
            Closure::new(move |event: MessageEvent| {
                let message = js_sys::Uint8Array::new(&event.data()).to_vec();
                match wire::decode::<Reply>(&message) {
                    Ok(reply) => {
                        if reply.answer == Answer::Ready {
                            mailbox.borrow_mut().deliver(&worker);
                        }
                        on_event(EngineEvent::Said(reply));
                    }
                    Err(error) => on_event(EngineEvent::Died(format!("the engine said {error}"))),
                }
            })
        };
        let on_error = {
            let on_event = on_event.clone();
            Closure::new(move |event: ErrorEvent| {
                event.prevent_default();
                on_event(EngineEvent::Died(reason(&event)));
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        hand_over(&worker, on_event);
        Ok(Self { worker, mailbox, _on_message: on_message, _on_error: on_error })
    }

    fn post(&self, message: &[u8]) {
        post(&self.worker, message);
    }

    fn stop(&self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Mailbox {
    fn deliver(&mut self, worker: &Worker) {
        self.ready = true;
        self.waiting.drain(..).for_each(|message| post(worker, &message));
    }
}

/// The page compiles the engine's module once (`static/boot.js`); every worker gets it as its first message.
fn hand_over(worker: &Worker, on_event: &Rc<dyn Fn(EngineEvent)>) {
    let compiled = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("cowscopeEngine")).unwrap_or_default();
    let (worker, on_event) = (worker.clone(), on_event.clone());
    wasm_bindgen_futures::spawn_local(async move {
        let module = JsFuture::from(js_sys::Promise::resolve(&compiled)).await;
        let handed = module.and_then(|module| worker.post_message(&module));
        if handed.is_err() {
            on_event(EngineEvent::Died("the engine could not be loaded".to_owned()));
        }
    });
}

/// Posting bytes can't fail: there is nothing in them that could not be cloned.
fn post(worker: &Worker, message: &[u8]) {
    let _ = worker.post_message(&js_sys::Uint8Array::from(message));
}

/// A worker whose script can't be fetched fires an error with no message in it.
fn reason(event: &ErrorEvent) -> String {
    let message = js_sys::Reflect::get(event, &JsValue::from_str("message")).ok().and_then(|text| text.as_string());
    message.filter(|text| !text.is_empty()).unwrap_or_else(|| "the engine could not be loaded".to_owned())
}
