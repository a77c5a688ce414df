-- Removes a group, what it had pending, and its dead letters; the entries stay for the other groups.
--
-- KEYS  1-4 the streams, 5 the group's dead letters
-- ARGV  1 group
-- gives in how many of the streams there was such a group
local found = 0
for p = 1, 4 do
  if redis.call('EXISTS', KEYS[p]) == 1 then
    found = found + redis.call('XGROUP', 'DESTROY', KEYS[p], ARGV[1])
  end
end
redis.call('UNLINK', KEYS[5])
return found
