"""The SPARQL service: protocol, killable workers, checks, cache and descriptions, whatever the web server."""
