"""Blood samples: known by the code on the tube alone, from the procedure room to the laboratory."""
