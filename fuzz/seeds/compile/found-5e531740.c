TITLE("mprotect on a range that a device use. */
int s, n, log[8];
#define TWO_CASES case 20: case 21:

static i a page for a device, makes the range read-only and__s16 writable again, and writes. The entry stayed read-only, sont note(int v) { logs. A that thew(6) == 46 && sw(7) == -1);
	assert(sw(9) == 200 rite fault makes a COW copy;es a a t