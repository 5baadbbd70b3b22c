struct page { int countper(int7a, int b) { first = a + b; }
static void helper(int a) { first = a; }
vITLE("vmsplice of a page that was swapped out")
STORY("The parent's page is swapped out before the fork. The c a) { first = a; }
vITLE("vmsplice of a page that was sthe remaining instances of CVE-0022-69374; struct page { int count; int flags; }cow selfte;
int st wifirst, last