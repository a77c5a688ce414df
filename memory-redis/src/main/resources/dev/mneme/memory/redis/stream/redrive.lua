-- Gives dead letters back to their group: each leaves the dead letters and enters its stream anew, marked for the group,
-- which the other groups pass over.
--
-- KEYS  1-4 the streams, 5 the group's dead letters
-- ARGV  1 group, 2 channel, then the ids of the dead letters
-- gives how many there were
local given = 0
for at = 3, #ARGV do
  local letter = redis.call('XRANGE', KEYS[5], ARGV[at], ARGV[at])[1]
  if letter and redis.call('XDEL', KEYS[5], ARGV[at]) == 1 then
    local f = letter[2]
    redis.call('XADD', KEYS[tonumber(f[18])], '*', f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10], 'g', ARGV[1])
    given = given + 1
  end
end
if given > 0 then
  redis.call('PUBLISH', ARGV[2], 'n')
end
return given
