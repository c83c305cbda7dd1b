"""Rate limits, shared through Redis when there is one."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

# without Redis for a while, each process counts for itself: signing in must not hang on it
limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=True, in_memory_fallback_enabled=True)
