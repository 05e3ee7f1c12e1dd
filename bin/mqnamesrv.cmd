@echo off
rem Runs mqnamesrv from wherever this file is.
node "%~dp0run.js" mqnamesrv %*
