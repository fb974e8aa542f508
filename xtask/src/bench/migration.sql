-- The migration of the sample source as one would write it by hand for the sqlite3 shell: trim, dates, value maps, keys,
-- duplicates. It makes the tables of the package and nothing else: no digests, no map of identities, no rejected rows.
-- The shell has imported the files as tables of the same names, `map_NAME` and `list_NAME` before.

-- Value maps, by the text as it is looked for.
CREATE TABLE m(map TEXT, source TEXT, target TEXT, PRIMARY KEY (map, source)) WITHOUT ROWID;
INSERT OR IGNORE INTO m SELECT 'sex', lower(source), target FROM map_sex;
INSERT OR IGNORE INTO m SELECT 'race', lower(source), target FROM map_race;
INSERT OR IGNORE INTO m SELECT 'relation', lower(source), target FROM map_relation;
INSERT OR IGNORE INTO m SELECT 'contact', lower(source), target FROM map_contact;
INSERT OR IGNORE INTO m SELECT 'payment', lower(source), target FROM map_payment;
INSERT OR IGNORE INTO m SELECT 'site', lower(source), target FROM map_site;
INSERT OR IGNORE INTO m SELECT 'status', lower(source), target FROM map_status;
INSERT OR IGNORE INTO m SELECT 'heard_from', lower(source), target FROM map_heard_from;
INSERT OR IGNORE INTO m SELECT 'county', source, target FROM map_county;
INSERT OR IGNORE INTO m SELECT 'severity', lower(source), target FROM map_severity;
INSERT OR IGNORE INTO m SELECT 'use_status', lower(source), target FROM map_use_status;
INSERT OR IGNORE INTO m SELECT 'appointment_kind', lower(source), target FROM map_appointment_kind;
INSERT OR IGNORE INTO m SELECT 'appointment_status', lower(source), target FROM map_appointment_status;
INSERT OR IGNORE INTO m SELECT 'outcome', lower(source), target FROM map_outcome;
INSERT OR IGNORE INTO m SELECT 'channel', lower(source), target FROM map_channel;
INSERT OR IGNORE INTO m SELECT 'delivery', lower(source), target FROM map_delivery;
INSERT OR IGNORE INTO m SELECT 'document_kind', lower(source), target FROM map_document_kind;

-- Lists and studies.
INSERT INTO region (name, country) SELECT NAME, nullif(COUNTRY, '') FROM list_regions;
INSERT INTO medical_condition (name, meddra_code, meddra_version, category)
  SELECT NAME, nullif(CODE, ''), '27.0', nullif(CATEGORY, '') FROM list_conditions;
INSERT INTO medication (name, whodrug_code) SELECT NAME, nullif(CODE, '') FROM list_medications;
INSERT INTO substance (name, category) SELECT NAME, nullif(CATEGORY, '') FROM list_substances;
INSERT INTO dose (name, amount, unit, used_for)
  SELECT NAME, nullif(AMOUNT, ''), nullif(UNIT, ''), USED_FOR FROM list_doses;
INSERT INTO frequency (name, code, times_per_day)
  SELECT NAME, nullif(CODE, ''), nullif(TIMES_PER_DAY, '') FROM list_frequencies;
INSERT INTO route (name, code) SELECT NAME, nullif(CODE, '') FROM list_routes;
INSERT INTO correspondence_template (name, kind, subject_line, requires_appointment)
  SELECT NAME, KIND, nullif(SUBJECT, ''), NEEDS_APPOINTMENT FROM list_templates;
INSERT INTO recruitment_status_option (description, kind, help_text, position)
  SELECT DESCRIPTION, KIND, nullif(HELP, ''), POSITION FROM list_recruitment;
INSERT INTO volunteer_question (name, question) SELECT NAME, QUESTION FROM list_questions;
INSERT INTO study (name, protocol_code, title, sponsor, status, phase, therapeutic_area, blinding, planned_subjects,
                   washout_days, started_on, ended_on)
  SELECT CODE || ' ' || TITLE, CODE, TITLE, nullif(SPONSOR, ''),
         (SELECT target FROM map_study_status AS k WHERE lower(k.source) = lower(t.STATUS)),
         coalesce((SELECT target FROM map_phase AS k WHERE k.source = t.PHASE), 'Not applicable'),
         nullif(AREA, ''), (SELECT nullif(target, '') FROM map_blinding AS k WHERE k.source = t.BLINDING),
         CAST(nullif(SUBJECTS, '') AS INTEGER), CAST(nullif(WASHOUT, '') AS INTEGER), date(STARTED), date(ENDED)
  FROM trials AS t WHERE STATUS <> 'Running';

-- Value maps that lead to a row.
CREATE TABLE r(map TEXT, source TEXT, id INTEGER, PRIMARY KEY (map, source)) WITHOUT ROWID;
INSERT OR IGNORE INTO r SELECT 'region', k.source, t.id FROM map_county AS k JOIN region AS t ON t.name = k.target;
INSERT OR IGNORE INTO r SELECT 'recruitment', lower(k.source), t.id
  FROM map_recruitment AS k JOIN recruitment_status_option AS t ON t.description = k.target;
INSERT OR IGNORE INTO r SELECT 'condition', lower(k.source), t.id
  FROM map_condition AS k JOIN medical_condition AS t ON t.name = k.target;
INSERT OR IGNORE INTO r SELECT 'medication', lower(k.source), t.id
  FROM map_medication AS k JOIN medication AS t ON t.name = k.target;
INSERT OR IGNORE INTO r SELECT 'medication_dose', k.source, t.id
  FROM map_medication_dose AS k JOIN dose AS t ON t.name = k.target;
INSERT OR IGNORE INTO r SELECT 'substance', k.source, t.id
  FROM map_substance AS k JOIN substance AS t ON t.name = k.target;
INSERT OR IGNORE INTO r SELECT 'substance_dose', k.source, t.id
  FROM map_substance_dose AS k JOIN dose AS t ON t.name = k.target;
INSERT OR IGNORE INTO r SELECT 'frequency', lower(k.source), t.id
  FROM map_frequency AS k JOIN frequency AS t ON t.name = k.target;
INSERT OR IGNORE INTO r SELECT 'route', lower(k.source), t.id
  FROM map_route AS k JOIN route AS t ON t.name = k.target;
INSERT OR IGNORE INTO r SELECT 'template', lower(k.source), t.id
  FROM map_template AS k JOIN correspondence_template AS t ON t.name = k.target;
INSERT OR IGNORE INTO r SELECT 'study', protocol_code, id FROM study;

-- Who is whom: the first row of those that agree in name, birth date and national id is the person.
CREATE TABLE person(number TEXT PRIMARY KEY, id INTEGER NOT NULL, born TEXT NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO person
  SELECT number,
         CASE WHEN national = '' THEN line
              ELSE min(line) OVER (PARTITION BY lower(first), lower(last), born, national) END,
         born
  FROM (
    SELECT line, number, first, last, national,
           CASE WHEN date(iso) = iso AND iso BETWEEN '1900-01-01' AND '2025-12-31' THEN iso END AS born
    FROM (
      SELECT rowid AS line, trim(PERSON_NO) AS number, trim(FORENAME) AS first, trim(SURNAME) AS last,
             upper(replace(NI_NUMBER, ' ', '')) AS national,
             CASE
               WHEN DOB GLOB '????-??-??' THEN DOB
               WHEN DOB GLOB '??/??/????' THEN substr(DOB, 7, 4) || '-' || substr(DOB, 4, 2) || '-' || substr(DOB, 1, 2)
               WHEN DOB GLOB '* ??? ????' THEN substr(DOB, -4) || '-'
                 || printf('%02d', (instr('JanFebMarAprMayJunJulAugSepOctNovDec', substr(DOB, -8, 3)) + 2) / 3) || '-'
                 || printf('%02d', CAST(DOB AS INTEGER))
             END AS iso
      FROM people
    )
  )
  WHERE number <> '' AND first <> '' AND last <> '' AND born IS NOT NULL;

INSERT OR IGNORE INTO volunteer (
    id, external_id, first_name, middle_name, last_name, birth_date, sex, race, height_cm, weight_kg, email, home_phone,
    mobile_phone, work_phone, address_line_1, address_line_2, city, county, postcode, country, region_id,
    preferred_site_id, national_id, emergency_contact_name, emergency_contact_phone, emergency_contact_relationship,
    general_practitioner_name, general_practitioner_phone, contact_preference, payment_type, bank_account_holder,
    bank_account, bank_routing_number, status, recruitment_status_option_id, recruitment_source, registered_on,
    last_contact_on, consent_to_contact_on, notes)
  SELECT
    p.rowid, i.number, trim(p.FORENAME), ifnull(nullif(trim(p.MIDDLE), ''), '-'), trim(p.SURNAME), i.born,
    ifnull((SELECT target FROM m WHERE map = 'sex' AND source = lower(trim(p.SEX))), 'Unknown'),
    CASE WHEN trim(p.RACE) <> '' THEN
      ifnull((SELECT target FROM m WHERE map = 'race' AND source = lower(trim(p.RACE))), 'Other') END,
    CASE
      WHEN p.HEIGHT = '' THEN NULL
      WHEN instr(p.HEIGHT, char(39)) > 0 THEN printf('%.1f', (CAST(p.HEIGHT AS REAL) * 12
        + CAST(substr(p.HEIGHT, instr(p.HEIGHT, char(39)) + 1) AS REAL)) * 2.54)
      WHEN p.HEIGHT LIKE '%m' AND p.HEIGHT NOT LIKE '%cm' THEN printf('%.0f', CAST(p.HEIGHT AS REAL) * 100)
      ELSE printf('%.1f', CAST(p.HEIGHT AS REAL))
    END,
    CASE
      WHEN p.WEIGHT = '' THEN NULL
      WHEN p.WEIGHT LIKE '%st%' THEN printf('%.1f', (CAST(p.WEIGHT AS REAL) * 14
        + CAST(substr(p.WEIGHT, instr(p.WEIGHT, 'st') + 3) AS REAL)) * 0.45359237)
      ELSE printf('%.1f', CAST(replace(p.WEIGHT, ',', '.') AS REAL))
    END,
    nullif(lower(trim(p.EMAIL)), ''), nullif(trim(p.TEL_HOME), ''), nullif(trim(p.TEL_MOBILE), ''),
    nullif(trim(p.TEL_WORK), ''), nullif(trim(p.ADDRESS_1), ''), nullif(trim(p.ADDRESS_2), ''),
    nullif(trim(p.TOWN), ''),
    ifnull((SELECT target FROM m WHERE map = 'county' AND source = trim(p.COUNTY)), nullif(trim(p.COUNTY), '')),
    nullif(upper(trim(p.POSTCODE)), ''), 'United Kingdom',
    (SELECT id FROM r WHERE map = 'region' AND source = trim(p.COUNTY)),
    (SELECT nullif(target, '') FROM m WHERE map = 'site' AND source = lower(trim(p.CLINIC))),
    nullif(upper(replace(p.NI_NUMBER, ' ', '')), ''), nullif(trim(p.NOK_NAME), ''), nullif(trim(p.NOK_TEL), ''),
    CASE WHEN trim(p.NOK_RELATION) <> '' THEN
      ifnull((SELECT nullif(target, '') FROM m WHERE map = 'relation' AND source = lower(trim(p.NOK_RELATION))), 'other') END,
    nullif(trim(p.GP_NAME), ''), nullif(trim(p.GP_TEL), ''),
    (SELECT nullif(target, '') FROM m WHERE map = 'contact' AND source = lower(trim(p.CONTACT_BY))),
    (SELECT nullif(target, '') FROM m WHERE map = 'payment' AND source = lower(trim(p.PAY_METHOD))),
    nullif(trim(p.PAY_HOLDER), ''), nullif(replace(p.PAY_ACCOUNT, ' ', ''), ''), nullif(trim(p.PAY_ROUTING), ''),
    ifnull((SELECT target FROM m WHERE map = 'status' AND source = lower(trim(p.STATUS))), 'archived'),
    (SELECT id FROM r WHERE map = 'recruitment' AND source = lower(trim(p.RECRUIT_CODE))),
    CASE WHEN trim(p.HEARD_FROM) <> '' THEN
      ifnull((SELECT nullif(target, '') FROM m WHERE map = 'heard_from' AND source = lower(trim(p.HEARD_FROM))), 'other') END,
    date(substr(p.REGISTERED, 7, 4) || '-' || substr(p.REGISTERED, 4, 2) || '-' || substr(p.REGISTERED, 1, 2)),
    date(substr(p.LAST_CONTACT, 7, 4) || '-' || substr(p.LAST_CONTACT, 4, 2) || '-' || substr(p.LAST_CONTACT, 1, 2)),
    date(substr(p.CONSENT, 7, 4) || '-' || substr(p.CONSENT, 4, 2) || '-' || substr(p.CONSENT, 1, 2)),
    nullif(trim(p.NOTES), '')
  FROM people AS p JOIN person AS i ON i.number = trim(p.PERSON_NO)
  WHERE i.id = p.rowid AND length(p.FORENAME) <= 100 AND length(p.SURNAME) <= 100;

INSERT OR IGNORE INTO volunteer_answer (id, volunteer_id, volunteer_question_id, answer, answered_on)
  SELECT p.rowid, i.id, (SELECT id FROM volunteer_question WHERE name = 'Special diet'), trim(p.DIET),
    date(substr(p.REGISTERED, 7, 4) || '-' || substr(p.REGISTERED, 4, 2) || '-' || substr(p.REGISTERED, 1, 2))
  FROM people AS p JOIN person AS i ON i.number = trim(p.PERSON_NO) WHERE trim(p.DIET) <> '';

INSERT OR IGNORE INTO volunteer_condition (
    id, volunteer_id, external_id, medical_condition_id, reported_term, meddra_code, meddra_version, severity, started_on,
    ended_on, ongoing, recorded_on, comment)
  SELECT c.rowid, i.id, trim(c.CONDITION_NO), k.id, 'as typed: ' || c.CONDITION, nullif(trim(c.MEDDRA_CODE), ''), '27.0',
    (SELECT nullif(target, '') FROM m WHERE map = 'severity' AND source = lower(trim(c.SEVERITY))),
    date(substr(c.ONSET, 7, 4) || '-' || substr(c.ONSET, 4, 2) || '-' || substr(c.ONSET, 1, 2)),
    date(substr(c.RESOLVED, 7, 4) || '-' || substr(c.RESOLVED, 4, 2) || '-' || substr(c.RESOLVED, 1, 2)),
    c.RESOLVED = '',
    date(substr(c.ENTERED, 7, 4) || '-' || substr(c.ENTERED, 4, 2) || '-' || substr(c.ENTERED, 1, 2)),
    nullif(trim(c.DETAIL), '')
  FROM conditions AS c JOIN person AS i ON i.number = trim(c.PERSON_NO)
  LEFT JOIN r AS k ON k.map = 'condition' AND k.source = lower(trim(c.CONDITION))
  WHERE k.id IS NOT NULL OR trim(c.CONDITION) = '';

INSERT OR IGNORE INTO volunteer_medication (
    id, volunteer_id, external_id, medication_id, reported_name, whodrug_code, dose_id, frequency_id, route_id,
    started_on, stopped_on, ongoing, comment)
  SELECT c.rowid, i.id, trim(c.MEDICATION_NO), k.id, 'as typed: ' || c.DRUG, nullif(trim(c.WHODRUG_CODE), ''),
    (SELECT id FROM r WHERE map = 'medication_dose' AND source = trim(c.DOSE)),
    (SELECT id FROM r WHERE map = 'frequency' AND source = lower(trim(c.FREQUENCY))),
    (SELECT id FROM r WHERE map = 'route' AND source = lower(trim(c.ROUTE))),
    date(substr(c.STARTED, 7, 4) || '-' || substr(c.STARTED, 4, 2) || '-' || substr(c.STARTED, 1, 2)),
    date(substr(c.STOPPED, 7, 4) || '-' || substr(c.STOPPED, 4, 2) || '-' || substr(c.STOPPED, 1, 2)),
    c.STOPPED = '', nullif(trim(c.DETAIL), '')
  FROM medications AS c JOIN person AS i ON i.number = trim(c.PERSON_NO)
  LEFT JOIN r AS k ON k.map = 'medication' AND k.source = lower(trim(c.DRUG))
  WHERE k.id IS NOT NULL OR trim(c.DRUG) = '';

INSERT OR IGNORE INTO volunteer_substance_use (
    id, volunteer_id, external_id, substance_id, status, dose_id, frequency_id, started_on, stopped_on, comment)
  SELECT c.rowid, i.id, trim(c.SUBSTANCE_NO), k.id,
    (SELECT nullif(target, '') FROM m WHERE map = 'use_status' AND source = lower(trim(c.USE_STATUS))),
    (SELECT id FROM r WHERE map = 'substance_dose' AND source = trim(c.AMOUNT)),
    (SELECT id FROM r WHERE map = 'frequency' AND source = lower(trim(c.FREQUENCY))),
    date(substr(c.SINCE, 7, 4) || '-' || substr(c.SINCE, 4, 2) || '-' || substr(c.SINCE, 1, 2)),
    date(substr(c.UNTIL, 7, 4) || '-' || substr(c.UNTIL, 4, 2) || '-' || substr(c.UNTIL, 1, 2)),
    nullif(trim(c.DETAIL), '')
  FROM substances AS c JOIN person AS i ON i.number = trim(c.PERSON_NO)
  JOIN r AS k ON k.map = 'substance' AND k.source = trim(c.SUBSTANCE);

INSERT OR IGNORE INTO appointment (
    id, volunteer_id, external_id, site_id, study_id, kind, starts_at, duration_minutes, status, note)
  SELECT c.rowid, i.id, trim(c.APPOINTMENT_NO),
    (SELECT nullif(target, '') FROM m WHERE map = 'site' AND source = lower(trim(c.CLINIC))),
    (SELECT id FROM r WHERE map = 'study' AND source = trim(c.TRIAL_CODE)),
    ifnull((SELECT nullif(target, '') FROM m WHERE map = 'appointment_kind' AND source = lower(trim(c.KIND))), 'other'),
    date(substr(c.STARTS, 7, 4) || '-' || substr(c.STARTS, 4, 2) || '-' || substr(c.STARTS, 1, 2))
      || 'T' || substr(c.STARTS, 12, 5) || ':00Z',
    CAST(nullif(trim(c.MINUTES), '') AS INTEGER),
    (SELECT target FROM m WHERE map = 'appointment_status' AND source = lower(trim(c.STATUS))),
    nullif(trim(c.NOTE), '')
  FROM appointments AS c JOIN person AS i ON i.number = trim(c.PERSON_NO);

INSERT OR IGNORE INTO study_participation (
    id, volunteer_id, study_id, external_id, screening_number, subject_number, screened_on, enrolled_on, last_dose_on,
    completed_on, eligible_again_on, outcome, withdrawal_reason, payment_amount, payment_currency, comment)
  SELECT c.rowid, i.id, k.id, trim(c.PARTICIPATION_NO), nullif(trim(c.SCREENING_NO), ''), nullif(trim(c.SUBJECT_NO), ''),
    date(c.SCREENED), date(c.ENROLLED), date(c.LAST_DOSE), date(c.COMPLETED), date(c.NEXT_ELIGIBLE),
    (SELECT nullif(target, '') FROM m WHERE map = 'outcome' AND source = lower(trim(c.OUTCOME))),
    nullif(trim(c.WITHDRAWN_BECAUSE), ''), nullif(replace(replace(c.FEE, '£', ''), ',', ''), ''), 'GBP',
    nullif(trim(c.REMARK), '')
  FROM participation AS c JOIN person AS i ON i.number = trim(c.PERSON_NO)
  JOIN r AS k ON k.map = 'study' AND k.source = trim(c.TRIAL_CODE);

INSERT OR IGNORE INTO correspondence (
    id, volunteer_id, external_id, correspondence_template_id, channel, direction, sent_at, recipient_email,
    recipient_phone, subject_line, body, delivery_status)
  SELECT c.rowid, i.id, trim(c.LETTER_NO),
    (SELECT id FROM r WHERE map = 'template' AND source = lower(trim(c.TEMPLATE))),
    (SELECT target FROM m WHERE map = 'channel' AND source = lower(trim(c.CHANNEL))), 'outgoing',
    date(substr(c.SENT, 7, 4) || '-' || substr(c.SENT, 4, 2) || '-' || substr(c.SENT, 1, 2))
      || 'T' || substr(c.SENT, 12, 5) || ':00Z',
    CASE WHEN instr(c.SENT_TO, '@') > 0 THEN lower(c.SENT_TO) END,
    CASE WHEN instr(c.SENT_TO, '@') = 0 THEN nullif(trim(c.SENT_TO), '') END,
    nullif(trim(c.SUBJECT), ''), nullif(c.BODY, ''),
    (SELECT nullif(target, '') FROM m WHERE map = 'delivery' AND source = lower(trim(c.DELIVERY)))
  FROM letters AS c JOIN person AS i ON i.number = trim(c.PERSON_NO);

INSERT OR IGNORE INTO volunteer_file (
    id, volunteer_id, external_id, kind, file_name, media_type, content, description, uploaded_at)
  SELECT c.rowid, i.id, trim(c.DOCUMENT_NO),
    ifnull((SELECT nullif(target, '') FROM m WHERE map = 'document_kind' AND source = lower(trim(c.KIND))), 'other'),
    trim(c.FILE_NAME), 'text/plain', CAST(c."TEXT" AS BLOB), nullif(trim(c.DESCRIPTION), ''),
    date(substr(c.UPLOADED, 7, 4) || '-' || substr(c.UPLOADED, 4, 2) || '-' || substr(c.UPLOADED, 1, 2))
      || 'T' || substr(c.UPLOADED, 12, 5) || ':00Z'
  FROM documents AS c JOIN person AS i ON i.number = trim(c.PERSON_NO);

INSERT OR IGNORE INTO volunteer_file_page (id, volunteer_file_id, page_number, text)
  SELECT c.rowid, f.id, 1, nullif(trim(c."TEXT"), '')
  FROM documents AS c JOIN volunteer_file AS f ON f.id = c.rowid;
