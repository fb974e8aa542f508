"""Loads an ODM 1.3.2 file with odmlib, runs its checks, prints one line of JSON with the seconds of each part.

`cargo xtask bench odm` runs it as: python with_odmlib.py FILE. The time of starting Python and of the imports is in
none of the parts. A file that odmlib does not take ends it with odmlib's error.
"""

import json
import sys
from time import perf_counter

from odmlib.loader import ODMLoader
from odmlib.odm_1_3_2.rules.metadata_schema import MetadataSchema
from odmlib.odm_loader import XMLODMLoader
from odmlib.oid_generator import create_oid_checker

VERSION = "odm_1_3_2"

begun = perf_counter()
loader = ODMLoader(XMLODMLoader(model_package=VERSION))
loader.open_odm_document(sys.argv[1])
odm = loader.root()
loaded = perf_counter()
odm.verify_order()
odm.verify_oids(create_oid_checker(VERSION))
verified = perf_counter()
odm.verify_conformance(MetadataSchema())
ended = perf_counter()

items = sum(len(design.ItemDef) for study in odm.Study for design in study.MetaDataVersion)
print(
    json.dumps(
        {
            "load": loaded - begun,
            "verify": verified - loaded,
            "conformance": ended - verified,
            "items": items,
        }
    )
)
