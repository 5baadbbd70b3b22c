//! Changing the C: a text field with colours behind it, and what the compiler says.

use std::rc::Rc;

use cowscope_core::view::{Layer, Note, NoteSeverity, Program, Question};
use web_sys::{HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::c_text;
use crate::driver::Driver;
use crate::store::Store;

#[derive(Properties, PartialEq)]
pub struct EditorProps {
    pub program: Rc<Program>,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// The editor.
#[component]
pub fn Editor(props: &EditorProps) -> Html {
    let Some(driver) = use_context::<Driver>() else { return html! {} };
    let program = &props.program;
    let first = program.files.iter().position(|file| file.layer == Layer::Design).unwrap_or(0);
    let chosen = use_state(|| first);
    let draft = use_state(|| None::<(String, String)>);
    let Some(file) = program.files.get(*chosen).or_else(|| program.files.first()) else {
        return html! { <p class="none">{ "No source to show." }</p> };
    };
    let text = draft
        .as_ref()
        .filter(|(path, _)| *path == file.path)
        .map_or_else(|| file.text.clone(), |(_, text)| text.clone());
    let dirty = text != file.text;
    let choose = {
        let (chosen, draft) = (chosen.clone(), draft.clone());
        Callback::from(move |event: Event| {
            let index = event.target_unchecked_into::<web_sys::HtmlInputElement>().value().parse().unwrap_or(0);
            draft.set(None);
            chosen.set(index);
        })
    };
    let edit = {
        let (draft, path) = (draft.clone(), file.path.clone());
        Callback::from(move |text: String| draft.set(Some((path.clone(), text))))
    };
    let check = {
        let (driver, question, path, text) =
            (driver.clone(), program.question.clone(), file.path.clone(), text.clone());
        Callback::from(move |_: MouseEvent| driver.begin(edited(&question, &path, Some(&text))))
    };
    let reset = {
        let (driver, question, path, draft) =
            (driver.clone(), program.question.clone(), file.path.clone(), draft.clone());
        Callback::from(move |_: MouseEvent| {
            draft.set(None);
            if question.edits.iter().any(|(other, _)| *other == path) {
                driver.begin(edited(&question, &path, None));
            }
        })
    };
    let own = program.question.edits.iter().any(|(path, _)| *path == file.path);
    html! {
        <div class="editor">
            <div class="row">
                <select aria-label="File" onchange={choose}>
                    { for program.files.iter().enumerate().map(|(at, file)| html! { <option value={at.to_string()} selected={at == *chosen}>{ file.path.clone() }</option> }) }
                </select>
                <button class="go" onclick={check} disabled={!dirty}>{ "Run this" }</button>
                <button onclick={reset} disabled={!dirty && !own}>{ "Reset" }</button>
            </div>
            <Area key={file.path.clone()} text={text} onedit={edit} name={format!("C source of {}", file.path)} />
            { notes(&program.notes) }
        </div>
    }
}

fn edited(question: &Question, path: &str, text: Option<&str>) -> Question {
    let mut to = question.clone();
    to.edits.retain(|(other, _)| other != path);
    if let Some(text) = text {
        to.edits.push((path.to_owned(), text.to_owned()));
    }
    to
}

#[derive(Properties, PartialEq)]
struct AreaProps {
    text: String,
    name: String,
    onedit: Callback<String>,
}

/// A text field whose letters are see-through, over the same text in colours.
#[component]
fn Area(props: &AreaProps) -> Html {
    let colours = use_node_ref();
    let oninput = {
        let onedit = props.onedit.clone();
        Callback::from(move |event: InputEvent| {
            onedit.emit(event.target_unchecked_into::<HtmlTextAreaElement>().value())
        })
    };
    let onscroll = {
        let colours = colours.clone();
        Callback::from(move |event: Event| {
            let field = event.target_unchecked_into::<HtmlTextAreaElement>();
            if let Some(view) = colours.cast::<HtmlElement>() {
                view.set_scroll_top(field.scroll_top());
                view.set_scroll_left(field.scroll_left());
            }
        })
    };
    let lines = c_text::lines(props.text.lines());
    html! {
        <div class="area">
            <div class="colours" ref={colours} aria-hidden="true">
                { for lines.iter().enumerate().map(|(at, pieces)| html! {
                    <div class="ln" data-n={(at + 1).to_string()}>{ for pieces.iter().map(|(class, text)| html! { <span class={class.name()}>{ (*text).to_owned() }</span> }) }</div>
                }) }
            </div>
            <textarea aria-label={props.name.clone()} spellcheck="false" autocomplete="off" autocapitalize="off" wrap="off" value={props.text.clone()} {oninput} {onscroll} />
        </div>
    }
}

fn notes(list: &[Note]) -> Html {
    if list.is_empty() {
        return html! { <p class="none" role="status">{ "It compiles." }</p> };
    }
    let one = |note: &Note| {
        let class = if note.severity == NoteSeverity::Error { "note error" } else { "note warning" };
        let word = if note.severity == NoteSeverity::Error { "error" } else { "warning" };
        html! {
            <li {class}>
                <b>{ format!("{word} {}", note.code) }</b>{ format!(" {}:{}:{} ", note.path, note.at.line, note.at.column) }{ note.message.clone() }
                if !note.label.is_empty() { <span>{ format!(" ({})", note.label) }</span> }
                if !note.help.is_empty() { <p>{ note.help.clone() }</p> }
            </li>
        }
    };
    html! { <ul class="compiler" role="status" aria-label="What the compiler says">{ for list.iter().map(one) }</ul> }
}
