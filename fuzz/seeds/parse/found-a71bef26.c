error E0133 62: `return` stands outside of any function
    help: a `}` too many before it ends the function early
error E0123 7:+1: this `}` closes nothing
error E0121 9:24: expected `;` behind `return`, found `)`
    label: `;` belongs here
error E0123 10:1: this `)` closes nothing
error E0123 11:1: this `]` closes nothing
