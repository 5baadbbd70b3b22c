//! The top level: types, enumeration constants, variables, functions; later layers replace earlier ones.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::ast::{self, Item, TypeExpr, TypeKind, VarDecl};
use super::super::builtins;
use super::super::types::{Enum, Field, Struct, Ty, TyId, Types};
use super::{Cx, FuncInfo, Global, R, const_expr};
use crate::near::near;

/// Collects everything at the top level of all files, in order. `layer_of(file)` tells which layer a file belongs to.
pub fn collect(cx: &mut Cx, units: &[Rc<ast::Unit>], layer_of: &dyn Fn(u16) -> u8) {
    for (name, signed, bits) in [
        ("u8", false, 8),
        ("u16", false, 16),
        ("u32", false, 32),
        ("u64", false, 64),
        ("s8", true, 8),
        ("s16", true, 16),
        ("s32", true, 32),
        ("s64", true, 64),
        ("size_t", false, 64),
        ("uintptr_t", false, 64),
    ] {
        let ty = cx.types.int(signed, bits);
        cx.typedefs.insert(name.into(), ty);
    }
    cx.consts.insert("NULL".into(), 0);
    cx.consts.insert("true".into(), 1);
    cx.consts.insert("false".into(), 0);
    // A struct, enum, typedef or variable of a later layer replaces an earlier one.
    let mut last: BTreeMap<(u8, Rc<str>), u8> = BTreeMap::new();
    for item in units.iter().flat_map(|u| &u.items) {
        if let Some((kind, name)) = key(item) {
            let layer = layer_of(name.span.file);
            let e = last.entry((kind, name.name.clone())).or_insert(layer);
            *e = layer.max(*e);
        }
    }
    let replaced = |item: &Item| {
        key(item).is_some_and(|(kind, name)| {
            last.get(&(kind, name.name.clone())).is_some_and(|l| *l > layer_of(name.span.file))
        })
    };
    let items: Vec<&Item> = units.iter().flat_map(|u| &u.items).filter(|i| !replaced(i)).collect();
    for item in &items {
        if let Item::Struct(s) = item
            && let Some(tag) = &s.tag
        {
            struct_tag(cx, &tag.name);
        }
    }
    for item in &items {
        match item {
            Item::Enum(e) => drop(define_enum(cx, e)),
            Item::Struct(s) => drop(define_struct(cx, s)),
            Item::Typedef { name, ty } => {
                if let Ok(t) = resolve(cx, ty) {
                    cx.typedefs.insert(name.name.clone(), t);
                }
            }
            _ => {}
        }
    }
    for item in &items {
        match item {
            Item::Global(v) => drop(define_global(cx, v)),
            Item::Func(f) => drop(declare(cx, &f.decl, Some(f.clone()), layer_of(f.decl.name.span.file))),
            Item::Proto(d) => drop(declare(cx, d, None, layer_of(d.name.span.file))),
            _ => {}
        }
    }
}

fn key(item: &Item) -> Option<(u8, &ast::Ident)> {
    match item {
        Item::Func(f) => Some((0, &f.decl.name)),
        Item::Global(v) => Some((1, &v.name)),
        Item::Struct(s) => s.tag.as_ref().map(|t| (2, t)),
        Item::Enum(e) => e.tag.as_ref().map(|t| (3, t)),
        Item::Typedef { name, .. } => Some((4, name)),
        Item::Proto(_) | Item::Directive(_) => None,
    }
}

fn struct_tag(cx: &mut Cx, tag: &Rc<str>) -> u32 {
    if let Some(i) = cx.struct_tags.get(tag) {
        return *i;
    }
    let i = cx.types.structs.len() as u32;
    cx.types.structs.push(Struct { tag: tag.to_string(), ..Struct::default() });
    cx.struct_tags.insert(tag.clone(), i);
    i
}

fn define_struct(cx: &mut Cx, s: &ast::StructDef) -> R<u32> {
    let index = match &s.tag {
        Some(t) => struct_tag(cx, &t.name),
        None => {
            cx.types.structs.push(Struct { tag: "(unnamed)".into(), ..Struct::default() });
            cx.types.structs.len() as u32 - 1
        }
    };
    if cx.types.structs[index as usize].complete {
        return cx.bad("E0204", s.span, "this struct is defined twice in one layer");
    }
    let mut fields: Vec<Field> = Vec::new();
    let mut words = 0u32;
    for f in &s.fields {
        let ty = resolve(cx, &f.ty)?;
        let size = cx.types.words(ty);
        shallow(cx, ty, f.ty.span)?;
        if size == 0 {
            return cx.bad("E0205", f.ty.span, "a field needs a complete type");
        }
        match &f.name {
            Some(name) => {
                if fields.iter().any(|g| g.name == *name.name) {
                    return cx.bad("E0204", name.span, format!("field `{}` is there twice", name.name));
                }
                fields.push(Field { name: name.name.to_string(), ty, offset: words })
            }
            None => {
                if let Ty::Struct(inner) = *cx.types.get(ty) {
                    for g in cx.types.structs[inner as usize].fields.clone() {
                        fields.push(Field { offset: words + g.offset, ..g });
                    }
                }
            }
        }
        words = words.saturating_add(size);
        if words > MAX_WORDS {
            return cx.bad("E0206", s.span, format!("this struct has more than {MAX_WORDS} words"));
        }
    }
    let by_value = |f: &Field| if matches!(cx.types.get(f.ty), Ty::Ptr(_)) { 0 } else { cx.types.depth(f.ty) };
    let depth = 1 + fields.iter().map(by_value).max().unwrap_or(0);
    let st = &mut cx.types.structs[index as usize];
    (st.fields, st.words, st.complete, st.depth) = (fields, words, true, depth);
    Ok(index)
}

/// Parameters that a function may have.
const MAX_PARAMS: usize = 16;

/// Words that all variables of a program may take together.
const MAX_WORDS: u32 = 1 << 20;

fn define_enum(cx: &mut Cx, e: &ast::EnumDef) -> R<u32> {
    let index = cx.types.enums.len() as u32;
    let tag = e.tag.as_ref().map_or("(unnamed)".to_string(), |t| t.name.to_string());
    cx.types.enums.push(Enum { tag, values: Vec::new() });
    if let Some(t) = &e.tag {
        cx.enum_tags.insert(t.name.clone(), index);
    }
    let mut next = 0i64;
    for (name, value) in &e.values {
        if let Some(v) = value {
            next = const_expr(cx, v)?;
        }
        cx.consts.insert(name.name.clone(), next);
        cx.types.enums[index as usize].values.push((name.name.to_string(), next));
        next = next.wrapping_add(1);
    }
    Ok(index)
}

fn define_global(cx: &mut Cx, v: &VarDecl) -> R<()> {
    let mut ty = resolve_open(cx, &v.ty, v.init.as_ref())?;
    let words = cx.types.words(ty);
    if words == 0 {
        return cx.bad("E0205", v.name.span, format!("`{}` needs a complete type", v.name.name));
    }
    if cx.next_slot.saturating_add(words) > MAX_WORDS {
        return cx.bad("E0206", v.name.span, format!("all variables together are more than {MAX_WORDS} words"));
    }
    if let Some(old) = cx.global_names.get(&v.name.name).copied() {
        let span = cx.globals[old].span;
        cx.diags.push(
            super::Diagnostic::error("E0204", v.name.span, format!("`{}` is defined twice in one layer", v.name.name))
                .related(span, "first here"),
        );
        return Err(super::Bad);
    }
    let slot = cx.next_slot;
    cx.next_slot += words;
    cx.global_names.insert(v.name.name.clone(), cx.globals.len());
    if let Ty::Array(e, n) = cx.types.get(ty).clone() {
        ty = cx.types.intern(Ty::Array(e, n));
    }
    cx.globals.push(Global { name: v.name.name.to_string(), ty, slot, span: v.name.span });
    if let Some(init) = &v.init {
        init_words(cx, ty, slot, init)?;
    }
    Ok(())
}

/// Writes a constant initialiser into the initial words.
fn init_words(cx: &mut Cx, ty: TyId, slot: u32, init: &ast::Init) -> R<()> {
    match init {
        ast::Init::Expr(e) => {
            if !cx.types.is_scalar(ty) {
                let t = cx.types.show(ty);
                return cx.bad_help("E0224", e.span, format!("one value can't become `{t}`"), "write `{ ... }`".into());
            }
            let v = const_expr(cx, e)?;
            let v = cx.types.ext(ty).apply(v as u64);
            cx.inits.push((slot, v));
            Ok(())
        }
        ast::Init::List(list, span) => {
            let mut next = 0u32;
            for (d, init) in list {
                match cx.types.get(ty).clone() {
                    Ty::Array(e, n) => {
                        if let Some(ast::Designator::Index(i)) = d {
                            next = designated(cx, i, n)?;
                        }
                        if next >= n {
                            return cx.bad("E0207", *span, format!("more initialisers than the {n} elements"));
                        }
                        let words = cx.types.words(e);
                        init_words(cx, e, slot + next * words, init)?;
                    }
                    Ty::Struct(s) => {
                        let st = &cx.types.structs[s as usize];
                        if let Some(ast::Designator::Field(f)) = d {
                            match st.fields.iter().position(|g| g.name == *f.name) {
                                Some(i) => next = i as u32,
                                None => return cx.bad("E0208", f.span, format!("no field `{}` here", f.name)),
                            }
                        }
                        let Some(f) = st.fields.get(next as usize).cloned() else {
                            return cx.bad("E0207", *span, "more initialisers than fields");
                        };
                        init_words(cx, f.ty, slot + f.offset, init)?;
                    }
                    _ => init_words(cx, ty, slot, init)?,
                }
                next += 1;
            }
            Ok(())
        }
    }
}

fn declare(cx: &mut Cx, d: &ast::FuncDecl, def: Option<Rc<ast::FuncDef>>, layer: u8) -> R<()> {
    let ret = resolve(cx, &d.ret)?;
    if ret != Types::VOID && !cx.types.is_scalar(ret) {
        return cx.bad_help(
            "E0209",
            d.ret.span,
            "a function returns nothing, an integer or a pointer",
            "return several words through a pointer parameter".into(),
        );
    }
    let mut params = Vec::new();
    for p in &d.params {
        let mut t = resolve(cx, &p.ty)?;
        if let Ty::Array(e, _) = *cx.types.get(t) {
            t = cx.types.ptr(e);
        }
        if !cx.types.is_scalar(t) {
            return cx.bad_help(
                "E0210",
                p.ty.span,
                "a parameter is an integer or a pointer",
                "pass a pointer to the struct".into(),
            );
        }
        params.push(t);
    }
    if params.len() > MAX_PARAMS {
        return cx.bad_help(
            "E0210",
            d.name.span,
            format!("a function has at most {MAX_PARAMS} parameters"),
            "pass a pointer to a struct".into(),
        );
    }
    if builtins::builtin(&d.name.name).is_some() {
        return cx.bad("E0211", d.name.span, format!("`{}` is a word of the machine already", d.name.name));
    }
    let syscall = d.attrs.iter().any(|a| &*a.name.name == "SYSCALL");
    let info = FuncInfo { name: d.name.name.clone(), ret, params, def, decl_span: d.name.span, layer, syscall };
    match cx.func_names.get(&d.name.name).copied() {
        Some(i) => {
            let old = &cx.funcs[i as usize];
            if info.def.is_some() && old.def.is_some() {
                let first = old.decl_span;
                cx.diags.push(
                    super::Diagnostic::error(
                        "E0204",
                        d.name.span,
                        format!("`{}` is defined twice in one layer", d.name.name),
                    )
                    .related(first, "first here"),
                );
                return Err(super::Bad);
            }
            if info.def.is_some() {
                cx.funcs[i as usize] = info;
            }
        }
        None => {
            cx.func_names.insert(d.name.name.clone(), cx.funcs.len() as u32);
            cx.funcs.push(info);
        }
    }
    Ok(())
}

/// The index in an initialiser's `[index]`, for an array of `n`.
pub fn designated(cx: &mut Cx, i: &ast::Expr, n: u32) -> R<u32> {
    let k = const_expr(cx, i)?;
    match u32::try_from(k) {
        Ok(k) if k < n => Ok(k),
        _ => cx.bad("E0216", i.span, format!("index {k} is outside the array of {n}")),
    }
}

/// A type that may be an array of open length, closed by its initialiser.
pub fn resolve_open(cx: &mut Cx, t: &TypeExpr, init: Option<&ast::Init>) -> R<TyId> {
    if let (TypeKind::Array(e, None), Some(ast::Init::List(list, _))) = (&t.kind, init) {
        let e = resolve(cx, e)?;
        let (mut next, mut n) = (0i64, 0i64);
        for (d, _) in list {
            if let Some(ast::Designator::Index(i)) = d {
                next = const_expr(cx, i)?;
            }
            next = next.saturating_add(1);
            n = n.max(next);
        }
        return array(cx, e, n, t.span);
    }
    resolve(cx, t)
}

/// The type that a type expression means.
pub fn resolve(cx: &mut Cx, t: &TypeExpr) -> R<TyId> {
    Ok(match &t.kind {
        TypeKind::Void => Types::VOID,
        TypeKind::Bool => Types::BOOL,
        TypeKind::Int { signed, bits } => cx.types.int(*signed, *bits),
        TypeKind::Named(n) => match cx.typedefs.get(n) {
            Some(t) => *t,
            None => {
                let help = near(n, cx.typedefs.keys().map(|k| &**k)).map(|k| format!("did you mean `{k}`?"));
                let mut d = super::Diagnostic::error("E0201", t.span, format!("unknown type name `{n}`"));
                d.help = help;
                cx.diags.push(d);
                return Err(super::Bad);
            }
        },
        TypeKind::Struct(tag) => {
            let s = struct_tag(cx, tag);
            cx.types.intern(Ty::Struct(s))
        }
        TypeKind::InlineStruct(s) => {
            let s = define_struct(cx, s)?;
            cx.types.intern(Ty::Struct(s))
        }
        TypeKind::Enum(tag) => match cx.enum_tags.get(tag).copied() {
            Some(e) => cx.types.intern(Ty::Enum(e)),
            None => return cx.bad("E0201", t.span, format!("unknown enum `{tag}`")),
        },
        TypeKind::InlineEnum(e) => {
            let e = define_enum(cx, e)?;
            cx.types.intern(Ty::Enum(e))
        }
        TypeKind::Pointer(to) => {
            let to = resolve(cx, to)?;
            shallow(cx, to, t.span)?;
            cx.types.ptr(to)
        }
        TypeKind::Array(e, n) => {
            let e = resolve(cx, e)?;
            let n = match n {
                Some(n) => const_expr(cx, n)?,
                None => 0,
            };
            array(cx, e, n, t.span)?
        }
        TypeKind::TypeOf(e) => {
            let mut l = super::Lower::new(cx, u32::MAX, Types::VOID);
            l.atomic = 1;
            l.type_of(e)?
        }
    })
}

fn array(cx: &mut Cx, e: TyId, n: i64, span: ast::Span) -> R<TyId> {
    let words = cx.types.words(e);
    if words == 0 {
        return cx.bad("E0205", span, "an array needs elements of a complete type");
    }
    if !(0..=(MAX_WORDS / words) as i64).contains(&n) {
        return cx.bad("E0206", span, format!("an array of {n} elements is not possible here"));
    }
    shallow(cx, e, span)?;
    Ok(cx.types.intern(Ty::Array(e, n as u32)))
}

/// Types are built from types, but not without end.
fn shallow(cx: &mut Cx, of: TyId, span: ast::Span) -> R<()> {
    if cx.types.depth(of) < MAX_TYPE_DEPTH {
        return Ok(());
    }
    cx.bad("E0236", span, format!("this type is built on types {MAX_TYPE_DEPTH} deep"))
}

/// Pointers to pointers, arrays of arrays and structs in structs nest at most so deep.
const MAX_TYPE_DEPTH: u32 = 32;
