"""Owner of certificates and sheets that citizens ask for in person; `module.OFFERED` says which are carried out."""
