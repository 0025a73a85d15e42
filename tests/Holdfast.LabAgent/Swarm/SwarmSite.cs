using System.Buffers.Binary;
using System.Net;
using Holdfast.Crypto;

namespace Holdfast.LabAgents;

/// <summary>
/// The sites of a swarm by number, from 0: each has an outer address, an inner address and a key that follow from the number, so
/// that a hub's file can be written before anybody runs. The keys protect nothing.
/// </summary>
public static class SwarmSite
{
    /// <summary>The UDP port of all sites.</summary>
    public const int Port = 51820;

    /// <summary>All outer addresses: sites count up from its start, strangers from its middle.</summary>
    public const string Network = "100.64.0.0/10";

    private const uint FirstOuter = (100u << 24) | (64u << 16);
    private const uint FirstStranger = (100u << 24) | (96u << 16);
    private const uint FirstInner = (10u << 24) | (64u << 16);

    /// <summary>Where a site is reached, as a number in host order.</summary>
    public static uint OuterNumber(int site) => FirstOuter + 1 + (uint)site;

    /// <summary>The site that has an outer address; not in range if nobody has.</summary>
    public static int At(uint outer) => (int)(outer - FirstOuter - 1);

    /// <summary>An address that no site has.</summary>
    public static uint StrangerNumber(int stranger) => FirstStranger + 1 + (uint)stranger;

    /// <summary>Where a site is reached.</summary>
    public static IPAddress Outer(int site) => AddressOf(OuterNumber(site));

    /// <summary>Its address in the tunnel.</summary>
    public static IPAddress Inner(int site) => AddressOf(FirstInner + 1 + (uint)site);

    /// <summary>Its private key, the caller's.</summary>
    public static Secret PrivateKey(int site)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, site);
        Span<byte> key = stackalloc byte[Secret.Size];
        Blake2s.Hash("site of a swarm"u8, number, key);
        key[0] &= 248;
        key[31] = (byte)((key[31] & 127) | 64);
        return new Secret(key);
    }

    /// <summary>Its public key.</summary>
    public static PublicKey Key(int site)
    {
        using var secret = PrivateKey(site);
        return secret.DerivePublicKey();
    }

    private static IPAddress AddressOf(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
