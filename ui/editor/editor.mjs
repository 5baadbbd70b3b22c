// The C editor: CodeMirror as the element <c-editor>, loaded when the editor is first opened.
//
// It lives in a shadow tree, where CodeMirror puts its styles into constructed style sheets: the page's policy allows no
// inline ones. In: the attributes `text` (the file to edit: a new one replaces what is there), `label` (its accessible name)
// and `notes` (what the compiler says, as JSON: line, column, end_line, end_column, severity, message). Out: the event "edit",
// whose detail is the whole text; the property `value`, which can be set; the method `go(line, column)`.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { cpp } from "@codemirror/lang-cpp";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.modifier], color: "var(--t-key)" },
  { tag: [tags.typeName, tags.standard(tags.typeName)], color: "var(--t-type)" },
  { tag: [tags.number, tags.bool], color: "var(--t-num)" },
  { tag: [tags.string, tags.character], color: "var(--t-str)" },
  { tag: tags.comment, color: "var(--dim)", fontStyle: "italic" },
  { tag: [tags.processingInstruction, tags.macroName], color: "var(--t-mac)" },
]);

const looks = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--panel)", color: "var(--ink)", fontSize: ".9rem" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--dim)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--soft)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--cpu1b)" },
  ".cm-selectionMatch": { backgroundColor: "var(--written)" },
  ".cm-matchingBracket": { backgroundColor: "var(--read)", outline: "1px solid var(--edge)" },
  ".cm-panels": { backgroundColor: "var(--soft)", color: "var(--ink)" },
  ".cm-tooltip": { backgroundColor: "var(--panel)", color: "var(--ink)", border: "1px solid var(--edge)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--maybe)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
});

class CEditor extends HTMLElement {
  static observedAttributes = ["text", "notes", "label"];

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.view?.destroy();
    this.view = new EditorView({ root, parent: root, state: this.fresh(this.getAttribute("text") ?? "") });
    this.mark();
  }

  disconnectedCallback() {
    this.view?.destroy();
    this.view = undefined;
  }

  attributeChangedCallback(name, _before, now) {
    if (!this.view) return;
    if (name === "notes") this.mark();
    else if (name === "label" || now !== this.value) this.view.setState(this.fresh(this.getAttribute("text") ?? ""));
  }

  get value() {
    return this.view?.state.doc.toString() ?? "";
  }

  set value(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  go(line, column) {
    const head = this.place(line, column);
    this.view.dispatch({ selection: { anchor: head }, effects: EditorView.scrollIntoView(head, { y: "center" }) });
    this.view.focus();
  }

  fresh(doc) {
    return EditorState.create({
      doc,
      extensions: [
        lineNumbers(), lintGutter(), history(), drawSelection(), highlightActiveLine(), highlightActiveLineGutter(),
        indentOnInput(), bracketMatching(), highlightSelectionMatches(), search({ top: true }), cpp(), indentUnit.of("\t"),
        EditorState.tabSize.of(8), syntaxHighlighting(colours), looks,
        // Escape gives the Tab key back to the page: nobody is caught in here.
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap, indentWithTab]),
        EditorView.contentAttributes.of({ tabindex: "0", "aria-label": this.getAttribute("label") ?? "C source" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.dispatchEvent(new CustomEvent("edit", { detail: this.value }));
        }),
      ],
    });
  }

  // Lines and columns count from 1; columns are characters.
  place(line, column) {
    const { doc } = this.view.state;
    const at = doc.line(Math.max(1, Math.min(line, doc.lines)));
    const units = [...at.text].slice(0, Math.max(0, column - 1)).join("").length;
    return Math.min(at.from + units, at.to);
  }

  mark() {
    const notes = JSON.parse(this.getAttribute("notes") || "[]");
    const diagnostics = notes.map(({ line, column, end_line, end_column, severity, message }) => {
      const from = this.place(line, column);
      return { from, to: Math.max(from, this.place(end_line, end_column)), severity, message };
    });
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }
}

customElements.define("c-editor", CEditor);
