using System.Runtime.CompilerServices;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Tests.Memory;

public sealed class CacheHintTests
{
    [Fact]
    public void A_hint_changes_nothing_and_never_faults()
    {
        var place = 42L;
        CacheHint.Fetch(ref place);
        CacheHint.Fetch(ref Unsafe.NullRef<long>());
        Assert.Equal(42, place);
    }
}
