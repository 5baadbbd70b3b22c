/*
 * Two-phase commit with N resource managers, as in Gray and Lamport, "Consensus on Transaction Commit" (2006).
 * Every message sent stays known: `prepared` and `committed`, `aborted` are the sets of messages, one bit a manager.
 */
enum { WORKING, PREPARED, COMMITTED, ABORTED };
enum { TM_INIT, TM_COMMITTED, TM_ABORTED };

u8 rm[N];        /* the managers' states */
u8 tm;           /* the coordinator's state */
u16 tm_prepared; /* who the coordinator knows to be prepared */
u16 prepared;    /* messages: who said that it is prepared */
u8 commit, abort_; /* messages of the coordinator */

/* The coordinator */
DAEMON DEVICE("coordinator hears") void hears(void)
{
    for (;;) {
        atomic {
            await(tm == TM_INIT && prepared & ~tm_prepared);
            int i = choose(N);
            assume(prepared & ~tm_prepared & 1 << i);
            tm_prepared |= 1 << i;
        }
    }
}

DAEMON DEVICE("coordinator commits") void commits(void)
{
    for (;;) {
        atomic {
            await(tm == TM_INIT && tm_prepared == (1 << N) - 1);
            tm = TM_COMMITTED;
            commit = 1;
        }
    }
}

DAEMON DEVICE("coordinator aborts") void aborts(void)
{
    for (;;) {
        atomic {
            await(tm == TM_INIT);
            tm = TM_ABORTED;
            abort_ = 1;
        }
    }
}

/* The managers: any of them, any of its moves */
DAEMON DEVICE("managers") void managers(void)
{
    for (;;) {
        atomic {
            int i = choose(N);
            switch (choose(4)) {
            case 0:
                assume(rm[i] == WORKING);
                rm[i] = PREPARED;
                prepared |= 1 << i;
                break;
            case 1:
                assume(rm[i] == WORKING);
                rm[i] = ABORTED;
                break;
            case 2:
                assume(commit);
                rm[i] = COMMITTED;
                break;
            case 3:
                assume(abort_);
                rm[i] = ABORTED;
                break;
            }
        }
    }
}

