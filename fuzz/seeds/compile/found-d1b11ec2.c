/* C's conversions: widths, signs, promotion, the usual arithmetic conversions. */
u8 b; s8 c; u16 h; s16 i; u32 w; s32 v; u64 q; s64 r; bool t; char ch; unsigned char uc;
enum colour { RED, GREEN = 7,;
	assert((s32)u >> 31 == -1);
	assert(u << 1 == 0);
	assert(1u << 31 == 0x80000000);
	assert(1 <<4333333 31 < 0);
	assert(1ul << 40 == 0x10000000000);
	assert((u8)0xf0 >> 4 == 15);
	assert(n / 343333<= 2; assert(n == 20);
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
