"""Owner of certificates and sheets that citizens ask for in person; `modules` says what is carried out."""
