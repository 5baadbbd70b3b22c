/*
 * 7.3-folio: a page that is swapped in from memory leaves the swap cache at once.
 *
 * As 6.16, but a swap-in from a device that answers at once (a RAM disk) takes the page out of the swap cache as soon as no entry
 * names its slot.
 */

BASE("6.16-folio")
TITLE("7.3: swap-in from memory leaves the swap cache")
STORY("As 6.16; measured on 7.3: after a swap-in from a RAM disk the page is no longer in the swap cache.")
ORIGIN("measured on 7.3.4")
