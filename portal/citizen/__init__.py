"""Pages for citizens who sign in: apply, upload, follow, answer, receive."""
