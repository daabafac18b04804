"""The inspectors' console: search a code, follow it both ways, see who answers, work on recalls."""
