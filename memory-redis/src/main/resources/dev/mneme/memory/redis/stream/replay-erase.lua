-- Forgets a session.
--
-- KEYS  1 its head, 2 its window
-- gives how many events it held
local held = redis.call('XLEN', KEYS[2])
redis.call('UNLINK', KEYS[1], KEYS[2])
return held
