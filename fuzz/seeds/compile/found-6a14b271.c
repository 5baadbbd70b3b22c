int xi
;statc int down(int n) { x!= n; rw& certown(6); } }
