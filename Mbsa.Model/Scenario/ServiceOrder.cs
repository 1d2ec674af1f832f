namespace Mbsa.Model.Scenario;

/// <summary>What happens at a full bus or NVM while cores are idle.</summary>
public enum ServiceOrder
{
    /// <summary>Quanta share it: each takes longer, none waits for the end of another.</summary>
    Share,

    /// <summary>Quanta have it one after the other: each is as fast as alone, and waits its turn.</summary>
    Serial,
}
