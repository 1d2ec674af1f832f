using Mbsa.Host.Files.Yaml;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>A host of a file, before it is known which VMs are on it.</summary>
/// <param name="Spec">The host, the size of its NVM aside; null when something is wrong.</param>
/// <param name="Nvm">The keys of its NVM, if it has any.</param>
/// <param name="SizeBytes">Size of its NVM, if that was written.</param>
internal readonly record struct HostDraft(HostSpec? Spec, MappingReader? Nvm, long? SizeBytes);
