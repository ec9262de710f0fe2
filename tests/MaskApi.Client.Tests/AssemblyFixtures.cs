[assembly: AssemblyFixture(typeof(MaskApi.Testing.LiveService))]
