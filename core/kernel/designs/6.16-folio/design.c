/*
 * 6.16-folio: large folios know their owner (not modelled yet: base pages are as in 6.12).
 *
 * Since 6.15 a large folio counts its mappings per address space, so that a write fault can see that all references of
 * a partly mapped folio are its own. For base pages nothing changed since 6.12.
 */

BASE("6.12-folio")
TITLE("6.16: large folios track who maps them")
STORY("As 6.12 for base pages.")
ORIGIN("measured on 6.16.12")
