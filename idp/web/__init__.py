"""HTTP and nothing else: parse, call, render. One door per folder or module; doors do not know
each other. What they share (cookies, rendering, security headers) stands beside them."""
