error E0122 4:14: this `{` is never closed
    11:1: hereelp: add the missing `}`
