"""What tests share: a browser without script, people and cases, papers, servers."""
