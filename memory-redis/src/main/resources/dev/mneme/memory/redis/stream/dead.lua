-- KEYS  dead letters of groups
-- gives how many each has
local lengths = {}
for i = 1, #KEYS do
  lengths[i] = redis.call('XLEN', KEYS[i])
end
return lengths
