namespace Mbsa.Cores.Queue;

/// <summary>What a VCPU that is ready may have to wait for beside a core: room at bus or NVM.</summary>
internal enum Gate
{
    /// <summary>Nothing: it computes, or as good as.</summary>
    None,

    /// <summary>The bus, of which it uses less than its part of the cores: it is never slowed down there, but slows down others.</summary>
    BesideBus,

    /// <summary>The bus, which it uses most.</summary>
    Bus,

    /// <summary>The NVM, of which it uses less than its part of the cores.</summary>
    BesideNvm,

    /// <summary>The NVM, which it uses most.</summary>
    Nvm,
}

/// <summary>What can be asked of a <see cref="Gate"/>.</summary>
internal static class Gates
{
    /// <summary>How many there are.</summary>
    public const int Count = 5;

    /// <summary>All of them, those first that are the harder to pass.</summary>
    public static ReadOnlySpan<Gate> HardestFirst => [Gate.Nvm, Gate.BesideNvm, Gate.Bus, Gate.BesideBus, Gate.None];

    /// <summary>Whether it is one of the bus.</summary>
    public static bool IsOfBus(this Gate gate) => gate is Gate.Bus or Gate.BesideBus;

    /// <summary>Whether who waits there uses the resource most.</summary>
    public static bool IsOfMost(this Gate gate) => gate is Gate.Bus or Gate.Nvm;
}
