-- Sets a group back (or forward) to an id: what the streams still hold after it is given to the group anew.
--
-- KEYS  1-4 the streams
-- ARGV  1 group, 2 id, 3 channel
-- gives in how many of the streams there is such a group
local found = 0
for p = 1, 4 do
  local answer = redis.pcall('XGROUP', 'SETID', KEYS[p], ARGV[1], ARGV[2])
  if not answer.err then
    found = found + 1
  end
end
if found > 0 then
  redis.call('PUBLISH', ARGV[3], 'n')
end
return found
