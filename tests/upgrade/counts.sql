SELECT (SELECT count(*) FROM org) || ' ' || (SELECT count(*) FROM person) || ' ' || (SELECT count(*) FROM enrollment)
 || ' ' || (SELECT count(*) FROM student_status) || ' ' || (SELECT count(*) FROM guardian) || ' ' || (SELECT count(*) FROM device)
 || ' ' || (SELECT count(*) FROM account) || ' ' || (SELECT count(*) FROM audit) || ' ' || (SELECT count(*) FROM reading);
