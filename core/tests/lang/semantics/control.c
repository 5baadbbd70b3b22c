/* Statements, calls, order of evaluation. */
int s, n, log[8];
#define TWO_CASES case 20: case 21:

static int note(int v) { log[n] = v; n = n + 1; return v; }

static int sw(u32 v)
{
	int r = 0;
	switch (v) {
	case 1:
		r = 10;
		/* falls through */
	case 2:
		r += 1;
		break;
	case 4 ... 6:
		return 46;
	case -1:                 /* becomes 0xffffffff */
		return 99;
	TWO_CASES
		return 20;
	default:
		r = -1;
		break;
	case 9: {
		int i;
		for (i = 0; i < 3; i++) {
			if (i == 1)
				continue;
			r += 100;
		}
	}
	}
	return r;
}

static int from_signed(int v)
{
	switch (v) {
	case -5 ... -3: return 1;
	case 0: return 2;
	}
	return 3;
}

CPU(0) void switches(void)
{
	s = 1;
	assert(sw(1) == 11 && sw(2) == 1 && sw(3) == -1 && sw(4) == 46 && sw(6) == 46 && sw(7) == -1);
	assert(sw(9) == 200 && sw(0xffffffff) == 99 && sw(20) == 20 && sw(21) == 20 && sw(22) == -1);
	assert(from_signed(-4) == 1 && from_signed(-6) == 3 && from_signed(0) == 2 && from_signed(-2) == 3);
	switch (s) { }
	switch (s) { case 1: s = 2; }
	assert(s == 2);
}

static int gcd(int a, int b) { return b ? gcd(b, a % b) : a; }
static int fib(int k) { if (k < 2) return k; return fib(k - 1) + fib(k - 2); }
static int odd(int k);
static int even(int k) { return k == 0 ? 1 : odd(k - 1); }
static int odd(int k) { return k == 0 ? 0 : even(k - 1); }

CPU(1) void loops_and_calls(void)
{
	int i, sum = 0;

	s = 0;
	do {
		sum += 1;
	} while (sum < 3);
	assert(sum == 3);
	do sum++; while (0);
	assert(sum == 4);
	while (1) {
		if (++sum > 9)
			break;
	}
	assert(sum == 10);
	for (i = 0, sum = 0; i < 10; i += 3)
		sum += i;
	assert(i == 12 && sum == 18);
	for (;;) {
		if (sum-- < 3)
			goto out;
	}
out:
	assert(sum == 1);
again:
	sum++;
	if (sum < 5)
		goto again;
	assert(sum == 5);
	i = gcd(48, 36);
	assert(i == 12);
	i = fib(7);
	assert(i == 13);
	i = even(6) * 4 + even(7) * 2 + odd(3);
	assert(i == 5);
	i = ({ int k = 4; k + k * 3; });
	assert(i == 16);
	assert(({ if (i > 3) sum = 1; sum; }) == 1);
	assert((i = 5, i + 1) == 6 && i == 5);
	if (0)
		s = 1 / 0;                 /* never run */
	s = 0;
	{
		int j = 0, last;
		for (j = 0; j < 3; j++)
			last = j;
		assert(last == 2);
	}
	{
		int never;
		int keep = never;           /* 0, always */
		assert(keep == 0);
	}
}

CPU(2) void order(void)
{
	int i = 1, r;

	n = 0;
	r = note(1) + note(2) * note(3);
	assert(r == 7 && log[0] == 1 && log[1] == 2 && log[2] == 3);
	n = 0;
	r = note(0) && note(1);
	assert(!r && n == 1);
	r = note(2) && note(0);
	assert(!r && n == 3);
	r = note(3) || note(4);
	assert(r == 1 && n == 4);
	r = note(0) || note(5);
	assert(r == 1 && n == 6);
	n = 0;
	r = note(0) ? note(1) : note(2);
	assert(r == 2 && n == 2 && log[1] == 2);
	r = note(7) ?: note(8);
	assert(r == 7 && n == 3);
	assert(i++ == 1 && i == 2 && ++i == 3 && i-- == 3 && --i == 1);
	r = i++ + i++;                  /* left to right: 1 + 2 */
	assert(r == 3 && i == 3);
	r = (i = 4) + i;
	assert(r == 8);
	i = 2;
	r = i + (i = 5) + i;
	assert(r == 12);
	log[0] = 0;
	log[1] = 0;
	n = 0;
	log[n] = ++n;                   /* the value first, then the place */
	assert(log[0] == 0 && log[1] == 1);
	r = s = 3;
	assert(r == 3 && s == 3);
	assert(!0 == 1 && !5 == 0 && !!5 == 1);
	assert((2 < 3) + (3 <= 3) + (4 > 3) + (3 >= 4) + (1 == 1) + (1 != 1) == 4);
	assert(likely(r == 3) && unlikely(s));
}

CPU(3) void atomics(void)
{
	u32 x = 5, old;
	u64 bits = 0;

	s = 0;
	assert(xchg(&x, 7) == 5 && x == 7);
	assert(cmpxchg(&x, 6, 8) == 7 && x == 7);
	assert(cmpxchg(&x, 7, 8) == 7 && x == 8);
	old = 8;
	assert(try_cmpxchg(&x, &old, 9) && x == 9);
	assert(!try_cmpxchg(&x, &old, 10) && old == 9 && x == 9);
	atomic_add(&x, 3);
	atomic_sub(2, &x);
	assert(x == 10 && atomic_read(&x) == 10);
	assert(atomic_inc_return(&x) == 11 && atomic_fetch_add(&x, 4) == 11 && x == 15);
	assert(atomic_add_unless(&x, 1, 15) == 0 && x == 15 && atomic_add_unless(&x, 1, 14) && x == 16);
	atomic_set(&x, 1);
	assert(atomic_dec_and_test(&x) && !atomic_inc_not_zero(&x) && x == 0);
	atomic_dec(&x);
	assert(x == 0xffffffff);
	set_bit(40, &bits);
	assert(test_bit(40, &bits) && !test_bit(8, &bits) && bits == 0x10000000000);
	assert(test_and_set_bit(3, &bits) == 0 && test_and_set_bit(3, &bits) == 1);
	assert(test_and_clear_bit(40, &bits) && bits == 8);
	clear_bit(3, &bits);
	assert(!bits);
	atomic_or(&bits, 6);
	assert(atomic_fetch_and(&bits, 3) == 6 && bits == 2);
}
