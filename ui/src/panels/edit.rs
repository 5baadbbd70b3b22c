//! Changing the C: the editor (loaded when it is opened), what the compiler says, the switches.

use std::rc::Rc;

use cowscope_core::view::{Layer, Library, Note, NoteSeverity, Program, Question, SourceFile};
use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;
use yew::prelude::*;

use super::switches::Flags;
use crate::browser;
use crate::driver::Driver;
use crate::store::Drafts;

#[derive(Properties, PartialEq)]
pub struct EditorProps {
    pub library: Option<Rc<Library>>,
    pub program: Rc<Program>,
    /// What the compiler last said of the text.
    pub compiled: Option<Rc<Program>>,
}

/// The editor.
#[component]
pub fn Editor(props: &EditorProps) -> Html {
    let program = &props.program;
    let chosen = use_state(|| first_of_design(program));
    let drafts = use_state(Drafts::load);
    let generation = use_state(|| 0u32);
    let node = use_node_ref();
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let Some(file) = program.files.iter().find(|file| file.path == *chosen).or(program.files.first()) else {
        return html! { <p class="none">{ "No source to show." }</p> };
    };
    let typed = {
        let (drafts, driver, program, file) = (drafts.clone(), driver.clone(), program.clone(), file.clone());
        Callback::from(move |text: String| {
            let mut to = Drafts::load(); // another tab may have written meanwhile
            to.put(&file.path, (text != file.text).then_some(text));
            driver.compile(edited(&program, &to));
            drafts.set(to);
        })
    };
    use_editor(&node, &typed, (file.path.clone(), *generation, program.clone()));
    let choose = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| {
            chosen.set(event.target_unchecked_into::<web_sys::HtmlInputElement>().value())
        })
    };
    let question = edited(program, &drafts);
    let changed = question != program.question;
    let check = {
        let (driver, question) = (driver.clone(), question.clone());
        Callback::from(move |_: MouseEvent| driver.begin(question.clone()))
    };
    let reset = {
        let (driver, drafts, generation, path, question) =
            (driver.clone(), drafts.clone(), generation.clone(), file.path.clone(), program.question.clone());
        Callback::from(move |_: MouseEvent| {
            let mut to = Drafts::load();
            to.put(&path, None);
            drafts.set(to);
            generation.set(*generation + 1);
            if question.edits.iter().any(|(edited, _)| *edited == path) {
                let mut plain = question.clone();
                plain.edits.retain(|(edited, _)| *edited != path);
                driver.begin(plain);
            }
        })
    };
    let own = drafts.get(&file.path).is_some() || program.question.edits.iter().any(|(path, _)| *path == file.path);
    let notes = props.compiled.as_ref().filter(|_| changed).map_or(&program.notes, |compiled| &compiled.notes);
    let faulty = notes.iter().any(|note| note.severity == NoteSeverity::Error);
    html! {
        <div class="editor">
            <div class="row">
                <select aria-label="File" onchange={choose}>{ for program.files.iter().map(|other| option(other, &file.path, &drafts)) }</select>
                <button class="go" onclick={check} disabled={!changed || faulty} title="Compile it, run it, search it">{ "Check" }</button>
                <button onclick={reset} disabled={!own} title="Back to the text that ships">{ "Reset" }</button>
                if changed { <span class="dim" role="note">{ "Changed, not checked yet. Your text is kept in this browser." }</span> }
            </div>
            <div class="area">
                <c-editor key={format!("{} {}", file.path, *generation)} ref={node.clone()} text={drafts.get(&file.path).unwrap_or(&file.text).to_owned()}
                    label={format!("C source of {}", file.path)} notes={marks(notes, &file.path)}><p class="none">{ "Loading the editor …" }</p></c-editor>
            </div>
            { said(&node, notes, &file.path) }
            if let Some(library) = &props.library { <details class="flags"><summary>{ "Switches of this kernel" }</summary><Flags library={library.clone()} question={program.question.clone()} /></details> }
        </div>
    }
}

fn first_of_design(program: &Program) -> String {
    let file = program.files.iter().find(|file| file.layer == Layer::Design).or(program.files.first());
    file.map_or_else(String::new, |file| file.path.clone())
}

fn option(file: &SourceFile, chosen: &str, drafts: &Drafts) -> Html {
    let mark = if drafts.get(&file.path).is_some() { " (changed)" } else { "" };
    html! { <option key={file.path.clone()} value={file.path.clone()} selected={file.path == chosen}>{ format!("{}{mark}", file.path) }</option> }
}

/// The question with every draft of its files in it.
fn edited(program: &Program, drafts: &Drafts) -> Question {
    let mut to = program.question.clone();
    for file in &program.files {
        if let Some(text) = drafts.get(&file.path).filter(|text| *text != file.text) {
            to.edits.retain(|(path, _)| *path != file.path);
            to.edits.push((file.path.clone(), text.to_owned()));
        }
    }
    to.edits.sort();
    to
}

/// Has the editor loaded, and hears what is typed into it.
#[hook]
fn use_editor(node: &NodeRef, typed: &Callback<String>, file: (String, u32, Rc<Program>)) {
    let (node, typed) = (node.clone(), typed.clone());
    use_effect_with(file, move |_| {
        if let (Some(window), Ok(event)) = (browser::window(), web_sys::Event::new("cowscope-editor")) {
            let _ = window.dispatch_event(&event);
        }
        let listener = node.cast::<Element>().map(|editor| {
            EventListener::new(&editor, "edit", move |event| {
                let text =
                    js_sys::Reflect::get(event, &JsValue::from_str("detail")).ok().and_then(|text| text.as_string());
                if let Some(text) = text {
                    typed.emit(text);
                }
            })
        });
        move || drop(listener)
    });
}

/// What the compiler says of one file, as the editor reads it: JSON.
fn marks(notes: &[Note], path: &str) -> String {
    let list = js_sys::Array::new();
    for note in notes.iter().filter(|note| note.path == path) {
        let severity = if note.severity == NoteSeverity::Error { "error" } else { "warning" };
        let help = if note.help.is_empty() { String::new() } else { format!("\n{}", note.help) };
        let mark = js_sys::Object::new();
        let fields: [(&str, JsValue); 6] = [
            ("line", note.at.line.into()),
            ("column", note.at.column.into()),
            ("end_line", note.at.end_line.into()),
            ("end_column", note.at.end_column.into()),
            ("severity", severity.into()),
            ("message", format!("{}: {}{help}", note.code, note.message).into()),
        ];
        for (name, value) in fields {
            let _ = js_sys::Reflect::set(&mark, &name.into(), &value); // a fresh object takes every field
        }
        list.push(&mark);
    }
    js_sys::JSON::stringify(&list).map(String::from).unwrap_or_default()
}

fn said(editor: &NodeRef, notes: &[Note], path: &str) -> Html {
    if notes.is_empty() {
        return html! { <p class="none" role="status">{ "It compiles." }</p> };
    }
    let one = |note: &Note| {
        let error = note.severity == NoteSeverity::Error;
        let go = {
            let (editor, at) = (editor.clone(), note.at);
            Callback::from(move |_: MouseEvent| go_to(&editor, at.line, at.column))
        };
        let place = format!("{}:{}:{}", note.path, note.at.line, note.at.column);
        html! {
            <li class={if error { "note error" } else { "note warning" }}>
                <b>{ format!("{} {}", if error { "error" } else { "warning" }, note.code) }</b>{ " " }
                if note.path == path { <button class="link" onclick={go}>{ place }</button> } else { { place } }
                { format!(" {}", note.message) }
                if !note.label.is_empty() { <span>{ format!(" ({})", note.label) }</span> }
                if !note.help.is_empty() { <p>{ note.help.clone() }</p> }
            </li>
        }
    };
    html! { <ul class="compiler" role="status" aria-label="What the compiler says">{ for notes.iter().map(one) }</ul> }
}

fn go_to(editor: &NodeRef, line: u32, column: u32) {
    let Some(editor) = editor.get() else { return };
    let go = js_sys::Reflect::get(&editor, &JsValue::from_str("go"))
        .ok()
        .and_then(|go| go.dyn_into::<js_sys::Function>().ok());
    if let Some(go) = go {
        let _ = go.call2(&editor, &line.into(), &column.into());
    }
}
