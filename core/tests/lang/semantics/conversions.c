/* C's conversions: widths, signs, promotion, the usual arithmetic conversions. */
u8 b; s8 c; u16 h; s16 i; u32 w; s32 v; u64 q; s64 r; bool t; char ch; unsigned char uc;
enum colour { RED, GREEN = 7, BLUE };
enum colour paint;

CPU(0) void stores_cut(void)
{
	b = 0x1ff;            assert(b == 0xff);
	c = 0x80;             assert(c == -128);
	h = -1;               assert(h == 65535);
	i = 0x18000;          assert(i == -32768);
	w = -1;               assert(w == 0xffffffff);
	v = 0x80000000;       assert(v == -2147483647 - 1);
	q = -1;               assert(q == 0xffffffffffffffff);
	r = 0xffffffffffffffff; assert(r == -1);
	t = 256;              assert(t == 1);
	t = 0;                assert(!t);
	ch = 200;             assert(ch == -56);
	uc = 300;             assert(uc == 44);
	paint = BLUE;         assert(paint == 8 && GREEN == 7 && RED == 0);
}

CPU(1) void operators_convert(void)
{
	u8 small = 200;
	s8 low = -1;
	u32 one = 1;
	s32 minus = -1;
	u64 big = 1;
	w = 1;
	assert(small + small == 400);          /* promoted to int */
	assert((u8)(small + small) == 144);
	assert(~small == -201);
	assert(-small == -200);
	assert(low < one == 0);                /* -1 becomes unsigned */
	assert(minus > one);
	assert(minus < (s64)one);              /* u32 fits s64 */
	assert((s64)minus < (s64)big);
	assert(minus > big);                   /* to u64 */
	assert(-1 > 0u);
	assert(-1 < 0l);
	assert(one - 2 == 0xffffffff);
	assert(one - 2 > 0);
	assert((s32)(one - 2) == -1);
	assert((u64)minus == 0xffffffffffffffff);
	assert((u64)(u32)minus == 0xffffffff);
	assert((u16)low == 0xffff);
	assert((u32)(u8)low == 255);
	assert(sizeof(u8) == 8 && sizeof(w) == 8);
	assert((bool)0x100 == 1 && (bool)0 == 0);
	assert((1 ? -1 : 0u) > 0);             /* both sides get one type, whichever is taken */
	assert((one ? minus : 0u) > 0);
	assert(2147483647 + 1 == -2147483647 - 1); /* wraps */
	assert(0xffffffffu + 1 == 0);
	assert(0xffffffff + 1l == 0x100000000);
}

CPU(2) void shifts_and_division(void)
{
	s32 n = -8;
	u32 u = 0x80000000;
	s64 l = -8;
	i = 0;
	assert(n >> 1 == -4);
	assert(u >> 31 == 1);
	assert((s32)u >> 31 == -1);
	assert(u << 1 == 0);
	assert(1u << 31 == 0x80000000);
	assert(1 << 31 < 0);
	assert(1ul << 40 == 0x10000000000);
	assert((u8)0xf0 >> 4 == 15);
	assert(n / 3 == -2 && n % 3 == -2);
	assert(n / 3u == 0x55555552);
	assert(7 / -2 == -3 && 7 % -2 == 1);
	assert(l / 2 == -4 && l >> 2 == -2);
	n = -2147483647 - 1;
	assert(n / -1 == n);                   /* wraps */
	assert(n % -1 == 0);
	assert(u / 2 == 0x40000000);
	assert(0x8000000000000000 / 2 == 0x4000000000000000);
	n = 5;
	n <<= 2; assert(n == 20);
	n >>= 1; assert(n == 10);
	n ^= 3;  assert(n == 9);
	n &= ~1; assert(n == 8);
	n |= 7;  assert(n == 15);
	n %= 4;  assert(n == 3);
	n *= -3; assert(n == -9);
	n /= 2;  assert(n == -4);
	b = 255;
	b++;     assert(b == 0);
	b--;     assert(b == 255);
	b += 2;  assert(b == 1);
	t = 1;
	t++;     assert(t == 1);
}
