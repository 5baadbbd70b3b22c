nt a = 0x;
int b = 089;
int c = 12ab;
int d = 1_000;
int e = 0b12;
int f = 18443447076709551615;
int g = 18446744073709551616u;
int h = 'ab';
int i ='';
int j = '\s';
int k = 'xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;
int last_item_is_read;
/* never closed
