-- Begins a lease anew, or ends it, if it is held by this owner; else changes nothing.
--
-- KEYS  1 lease
-- ARGV  1 owner (22 characters), 2 lease in ms, 0 to end it
-- gives 1 if it was held by the owner, else 0
local held = redis.call('GET', KEYS[1])
if not held or string.sub(held, 1, 22) ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
