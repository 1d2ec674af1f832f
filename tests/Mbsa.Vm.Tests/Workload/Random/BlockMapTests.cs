using CsCheck;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Tests.Workload.Random;

public sealed class BlockMapTests
{
    [Fact]
    public void It_finds_what_a_plain_list_of_bits_finds() =>
        Gen.Select(Gen.Int[1, 10_000], Gen.Int).Sample((count, seed) =>
        {
            var (map, plain, random) = (new BlockMap(count), new bool[count], new System.Random(seed));
            while (map.Free > 0)
            {
                var from = random.Next(count);
                var expected = Array.FindIndex(plain, from, touched => !touched);
                expected = expected < 0 ? Array.FindIndex(plain, touched => !touched) : expected;
                Assert.Equal(expected, map.NextFree(from));
                var max = random.Next(1, 200);
                var run = map.FreeRun(expected, max);
                Assert.Equal(plain.Skip(expected).Take(max).TakeWhile(touched => !touched).Count(), run);
                map.Touch(expected, run);
                Array.Fill(plain, true, expected, run);
                Assert.Equal(plain.Count(touched => !touched), map.Free);
            }

            Assert.Equal(-1, map.NextFree(0));
            map.Clear();
            Assert.Equal((count, 0), (map.Free, map.NextFree(0)));
        }, iter: 30);
}
