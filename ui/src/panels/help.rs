//! Keys, and the words of the page in a sentence each.

use yew::prelude::*;

use crate::keys::KEYS;
use crate::parts::Modal;
use crate::store::{Action, Prefs, Store};

const WORDS: [(&str, &str); 8] = [
    ("step", "One access to shared memory. Between two steps of a CPU any other may act."),
    ("switch", "A place in a run where another CPU goes on. Short breaks have few."),
    ("breaks", "Some order of steps ends in something that must not happen. The page shows the shortest."),
    ("holds", "Every order of steps was tried, within the scope printed beside it, and none breaks."),
    ("not decided", "The search ran out of its budget, or was stopped. It says nothing about the rest."),
    ("references", "How many hold the frame. A frame nobody holds is free."),
    ("mapped by", "How many page-table entries lead to the frame (the map count)."),
    ("pin", "A reference taken for a device or for I/O: the frame must stay what its owner sees."),
];

#[derive(Properties, PartialEq)]
pub struct HelpProps {
    pub prefs: Prefs,
    pub dispatch: UseReducerDispatcher<Store>,
}

/// The help sheet.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    let close = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |()| dispatch.dispatch(Action::Dialog(None)))
    };
    let keys = {
        let (dispatch, prefs) = (props.dispatch.clone(), props.prefs);
        Callback::from(move |_: Event| dispatch.dispatch(Action::Prefs(Prefs { keys: !prefs.keys, ..prefs })))
    };
    html! {
        <Modal title="Help" onclose={close}>
            <h3>{ "Keys" }</h3>
            <dl class="keys">{ for KEYS.iter().map(|(key, what)| html! { <div><dt><kbd>{ *key }</kbd></dt><dd>{ *what }</dd></div> }) }</dl>
            <label class="check"><input type="checkbox" checked={props.prefs.keys} onchange={keys} />{ "Single-key shortcuts" }</label>
            <h3>{ "Words" }</h3>
            <dl class="words">{ for WORDS.iter().map(|(word, what)| html! { <div><dt>{ *word }</dt><dd>{ *what }</dd></div> }) }</dl>
        </Modal>
    }
}
