"""The ports on Azure's own SDKs; import the module that is needed, none is loaded before."""
