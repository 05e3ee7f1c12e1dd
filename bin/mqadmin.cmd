@echo off
rem Runs mqadmin from wherever this file is.
node "%~dp0run.js" mqadmin %*
