[assembly: AssemblyFixture(typeof(MaskApi.Tests.SharedService))]
