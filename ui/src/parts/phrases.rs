//! Sentences with coloured words.

use cowscope_core::view::{Phrase, Tone};
use yew::prelude::*;

use super::cpu_class;

#[derive(Properties, PartialEq)]
pub struct PhrasesProps {
    pub words: Vec<Phrase>,
}

/// A sentence, with CPUs in their colours.
#[component]
pub fn Phrases(props: &PhrasesProps) -> Html {
    props.words.iter().map(word).collect()
}

fn word(phrase: &Phrase) -> Html {
    let text = phrase.text.clone();
    match phrase.tone {
        Tone::Plain => html! { {text} },
        Tone::Cpu(cpu) => html! { <em class={classes!("who", cpu_class(cpu))}>{ text }</em> },
        Tone::Code => html! { <code>{ text }</code> },
        Tone::Strong => html! { <strong>{ text }</strong> },
    }
}
