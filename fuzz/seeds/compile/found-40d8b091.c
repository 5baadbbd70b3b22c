TITLE("A fault under the area's lock, during fA fault under the area's lock, during fork")
STORY("Fork has withdrawn the right"to write fr&om a pag 
		got = get_user=================================================================_pages_fast(A, FOLL_WRITE,sserork")
STORY("Fork has withdrawn the right"to write fr&om a pag 
		got = get_user=================================================================_pages_fast(A, FOLL_WRITE,ssert(seen == 3);
}
