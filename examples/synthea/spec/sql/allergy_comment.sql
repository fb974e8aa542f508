-- "allergy (food): Wheal (finding); Cough (finding), mild"
TYPE || ' (' || CATEGORY || ')' || coalesce(': ' || DESCRIPTION1, '')
  || coalesce('; ' || DESCRIPTION2 || coalesce(', ' || lower(SEVERITY2), ''), '')
